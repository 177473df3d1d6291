//! The positions of the inputs only go forward, and each belongs to one task.

use std::collections::HashMap;

use palinode_wire::journal::TaskRecord;

use crate::{
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{Content, InputPosition, Seen},
};

/// The journal never takes a position back, no two of its partitions advance the same input, and what was done before a
/// position is not done again behind it.
#[derive(Default)]
pub(crate) struct Positions {
    inputs: HashMap<(NameIndex, i32), Advanced>,
    /// Inputs whose events a transaction brought, by partition of the journal, until its positions come.
    open: HashMap<i32, Vec<InputPosition>>,
}

struct Advanced {
    /// The partition of the journal that advances the input.
    by: i32,
    /// The next offset to read.
    next: i64,
}

impl Check for Positions {
    fn name(&self) -> &'static str {
        "positions"
    }

    fn meaning(&self) -> &'static str {
        "after a crash messages are read twice or left out"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                // What was forwarded advances the inbox instead.
                let is_direct =
                    |cause: &InputPosition| cause.partition % facts.options.partitions.max(1) == seen.partition;
                let Some(cause) = event.cause.filter(is_direct) else {
                    return;
                };
                let open = self.open.entry(seen.partition).or_default();
                if open.last() == Some(&cause) {
                    return;
                }
                open.push(cause);
                let known = self.inputs.get(&(cause.topic, cause.partition));
                if let Some(known) = known.filter(|known| cause.offset < known.next) {
                    found.of_saga(facts, event.saga, Some(seen.place()), || {
                        let place = facts.place(cause);
                        format!(
                            "the input {place} was done before position {}, and has an event behind it",
                            known.next
                        )
                    });
                }
            }
            Content::Task(TaskRecord::InputAdded(added)) => {
                self.advance(
                    seen,
                    facts,
                    (added.topic.as_str(), added.partition, added.offset),
                    found,
                );
            }
            Content::Task(TaskRecord::PositionsAdvanced(advanced)) => {
                for position in &advanced.positions {
                    let to = (position.topic.as_str(), position.partition, position.offset);
                    self.advance(seen, facts, to, found);
                }
                self.close(seen, facts, found);
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        let mut left: Vec<InputPosition> = self.open.drain().flat_map(|(_, inputs)| inputs).collect();
        left.sort_unstable();
        for input in left {
            found.add(Some(facts.place(input)), || {
                "the transaction of an input's events ends without positions".into()
            });
        }
    }
}

impl Positions {
    fn advance(&mut self, seen: &Seen<'_>, facts: &Facts, to: (&str, i32, i64), found: &mut Findings) {
        let (name, partition, next) = to;
        let Some(topic) = facts.topics.find(name) else { return };
        let known = self.inputs.entry((topic, partition)).or_insert(Advanced {
            by: seen.partition,
            next,
        });
        if known.by != seen.partition {
            found.add(Some(seen.place()), || {
                format!(
                    "the input {name}/{partition} is advanced by the tasks {} and {}",
                    known.by, seen.partition
                )
            });
        }
        if next < known.next {
            found.add(Some(seen.place()), || {
                format!(
                    "the position of {name}/{partition} goes back from {} to {next}",
                    known.next
                )
            });
        }
        known.next = next;
    }

    /// Ends a transaction: its positions must be behind all inputs of its events.
    fn close(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        for input in self.open.remove(&seen.partition).unwrap_or_default() {
            let known = self.inputs.get(&(input.topic, input.partition));
            if known.is_none_or(|known| known.next <= input.offset) {
                found.add(Some(seen.place()), || {
                    format!(
                        "the input {} has events, and its position was not advanced",
                        facts.place(input)
                    )
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn a_position_that_goes_back_is_found() {
        let mut world = World::clean();
        let (partition, next) = world.next_position("orders.events", "o-1");
        world.positions(partition, &[("orders.events", partition, 0)]);
        let what = format!("the position of orders.events/{partition} goes back from {next} to 0");
        world.finds("positions", "", &what);
    }

    #[test]
    fn an_input_of_two_tasks_is_found() {
        let mut world = World::clean();
        let (partition, next) = world.next_position("orders.events", "o-1");
        let other = (partition + 1) % 12;
        world.positions(other, &[("orders.events", partition, next)]);
        let what = format!("the input orders.events/{partition} is advanced by the tasks {partition} and {other}");
        world.finds("positions", "", &what);
    }

    #[test]
    fn an_input_whose_position_is_not_advanced_is_found() {
        let mut world = World::clean();
        let cause = world.input("o-1", "PaymentSucceeded", 1, "again");
        world.events("o-1", &cause, &["rejected"]);
        world.positions(world.partition("again"), &[]);
        let what = format!("the input {cause} has events, and its position was not advanced");
        world.finds("positions", "", &what);
    }

    #[test]
    fn a_transaction_without_positions_is_found() {
        let mut world = World::clean();
        let cause = world.input("o-1", "PaymentSucceeded", 1, "again");
        world.events("o-1", &cause, &["rejected"]);
        world.finds(
            "positions",
            "",
            "the transaction of an input's events ends without positions",
        );
    }

    #[test]
    fn an_input_from_before_its_position_is_found() {
        let mut world = World::clean();
        let cause = world.place("input o-1 OrderPlaced");
        let (_, next) = world.next_position("orders.events", "o-1");
        world.events("o-1", &cause, &["rejected"]);
        let what = format!("the input {cause} was done before position {next}, and has an event behind it");
        world.finds("positions", "o-1", &what);
    }
}
