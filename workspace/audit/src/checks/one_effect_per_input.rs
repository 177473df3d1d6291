//! Every input has its effects at one place, once.

use std::collections::HashMap;

use palinode_wire::journal::TaskRecord;

use crate::{
    check::Check,
    facts::Facts,
    findings::Findings,
    seen::{COMMANDS, Content, EventKind, InputPosition, Seen},
};

/// The journal events of an input stand together in one transaction of one partition; an input is forwarded once and is
/// a dead letter once. An event that names its saga in a field may be for sagas of several partitions. What a participant makes a dead letter may be one several times.
#[derive(Default)]
pub(crate) struct OneEffectPerInput {
    effects: HashMap<InputPosition, Effects>,
    /// The inputs in the order in which they were met.
    met: Vec<InputPosition>,
    journals: HashMap<i32, Stand>,
}

/// How far a partition of the journal was read.
#[derive(Clone, Copy, Default)]
struct Stand {
    /// The records so far.
    records: u64,
    /// The transactions so far.
    transactions: u64,
}

#[derive(Default)]
struct Effects {
    /// The partition of the journal that holds its events, and how far it was read at the last of them.
    journaled: Option<(i32, Stand)>,
    /// The partition of the inbox that it was forwarded to.
    forwarded_to: Option<i32>,
    is_dead: bool,
    /// Whether the saga took it in, and did not just refuse it.
    is_taken: bool,
}

impl Check for OneEffectPerInput {
    fn name(&self) -> &'static str {
        "one_effect_per_input"
    }

    fn meaning(&self) -> &'static str {
        "one message was acted on twice: two owners worked on a task, or a position was lost"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let input = |position: InputPosition| facts.place(position);
        match &seen.content {
            Content::Event(event) => {
                let stand = self.journals.entry(seen.partition).or_default();
                stand.records += 1;
                let Some(cause) = event.cause else { return };
                let stand = *stand;
                let effects = self.effects(cause);
                effects.is_taken |= event.kind != EventKind::Rejected;
                let before = effects.journaled.replace((seen.partition, stand));
                let before =
                    before.filter(|(partition, _)| *partition == seen.partition || !is_for_several(cause, facts));
                if let Some(fault) = before.and_then(|before| fault(before, (seen.partition, stand))) {
                    found.of_saga(facts, event.saga, Some(seen.place()), || {
                        format!("the input {} {fault}", input(cause))
                    });
                }
            }
            Content::Task(record) => {
                let stand = self.journals.entry(seen.partition).or_default();
                stand.records += 1;
                if matches!(record, TaskRecord::PositionsAdvanced(_)) {
                    stand.transactions += 1;
                }
            }
            Content::Forwarded(Some(origin)) => {
                let before = self.effects(*origin).forwarded_to.replace(seen.partition);
                if before.is_some_and(|partition| partition == seen.partition || !is_for_several(*origin, facts)) {
                    found.add(Some(seen.place()), || {
                        format!("the input {} was forwarded twice", input(*origin))
                    });
                }
            }
            Content::DeadLetter(Some(origin)) => {
                let before = std::mem::replace(&mut self.effects(*origin).is_dead, true);
                // Participants publish from an outbox: at least once.
                let is_command = facts.topics.name(origin.topic).as_str().ends_with(COMMANDS);
                if before && !is_command {
                    found.add(Some(seen.place()), || {
                        format!("the input {} is a dead letter twice", input(*origin))
                    });
                }
            }
            Content::DeadLetter(None) => {
                found.add(Some(seen.place()), || {
                    "a dead letter does not say which input it was".into()
                });
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for input in &self.met {
            let Some(effects) = self.effects.get(input) else {
                continue;
            };
            let place = || Some(facts.place(*input));
            if effects.is_dead && effects.is_taken {
                found.add(place(), || {
                    "an input was taken by its saga and is a dead letter as well".into()
                });
            }
            if let (Some(inbox), Some((journal, _))) = (effects.forwarded_to, effects.journaled)
                && inbox != journal
                && !is_for_several(*input, facts)
            {
                found.add(place(), || {
                    format!("an input was forwarded to partition {inbox} and taken on partition {journal}")
                });
            }
        }
    }
}

impl OneEffectPerInput {
    fn effects(&mut self, input: InputPosition) -> &mut Effects {
        let met = &mut self.met;
        self.effects.entry(input).or_insert_with(|| {
            met.push(input);
            Effects::default()
        })
    }
}

/// Whether inputs of this topic may be for sagas of several keys, so that they have effects in several partitions.
fn is_for_several(input: InputPosition, facts: &Facts) -> bool {
    facts.options.correlated.contains(facts.topics.name(input.topic))
}

/// What is wrong with an event of an input at `here`, when the one before stands at `before`.
fn fault(before: (i32, Stand), here: (i32, Stand)) -> Option<&'static str> {
    let ((partition_before, before), (partition, here)) = (before, here);
    if partition != partition_before {
        Some("has events in two partitions of the journal")
    } else if here.transactions != before.transactions {
        Some("has events again in a later transaction")
    } else if here.records != before.records + 1 {
        Some("has events that do not stand together")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, testing::World};

    #[test]
    fn an_input_that_was_acted_on_twice_is_found() {
        let mut world = World::clean();
        let cause = world.place("input o-1 PaymentSucceeded 1");
        world.transaction("o-1", &cause, &["rejected"]);
        world.finds(
            "one_effect_per_input",
            "o-1",
            &format!("the input {cause} has events again in a later transaction"),
        );
    }

    #[test]
    fn an_input_with_events_in_two_partitions_is_found() {
        let mut world = World::clean();
        let cause = world.place("input o-1 PaymentSucceeded 1");
        world.transaction("o-2", &cause, &["rejected"]);
        world.finds(
            "one_effect_per_input",
            "o-2",
            &format!("the input {cause} has events in two partitions of the journal"),
        );
    }

    #[test]
    fn an_event_that_names_its_sagas_may_have_effects_in_several_partitions() {
        let mut world = World::clean();
        let cause = world.place("input o-1 PaymentSucceeded 1");
        world.transaction("o-2", &cause, &["rejected"]);
        let is_found = |topic: &str| {
            let report = world.audit(Options {
                correlated: [topic.into()].into(),
                ..World::options()
            });
            let mut violations = report.violations.iter();
            violations.any(|violation| violation.check == "one_effect_per_input")
        };
        assert!(is_found("orders.events"));
        assert!(!is_found("payments.events"));
    }

    #[test]
    fn events_of_one_input_with_others_in_between_are_found() {
        let mut world = World::clean();
        let cause = world.place("input o-1 OrderPlaced");
        world.swap("event o-1 requested stock 1/1", "event o-1 succeeded payment 1");
        world.finds(
            "one_effect_per_input",
            "o-1",
            &format!("the input {cause} has events again in a later transaction"),
        );
        let mut world = World::clean();
        world.events("o-1", "orders.requests/0/900", &["rejected"]);
        world.events("o-1", "orders.requests/0/901", &["rejected"]);
        world.events("o-1", "orders.requests/0/900", &["rejected"]);
        let what = "the input orders.requests/0/900 has events that do not stand together";
        world.finds("one_effect_per_input", "o-1", what);
    }

    #[test]
    fn an_input_that_was_forwarded_twice_is_found() {
        let mut world = World::clean();
        let cause = world.place("input o-3 PaymentSucceeded 1");
        world.copy("forwarded o-3");
        world.finds(
            "one_effect_per_input",
            "",
            &format!("the input {cause} was forwarded twice"),
        );
    }

    #[test]
    fn an_input_that_was_taken_elsewhere_than_forwarded_is_found() {
        let mut world = World::clean();
        let home = world.partition("forwarded o-3");
        let other = (home + 1) % 12;
        world.move_to("forwarded o-3", other);
        let what = format!("an input was forwarded to partition {other} and taken on partition {home}");
        world.finds("one_effect_per_input", "", &what);
    }

    #[test]
    fn a_second_dead_letter_is_found() {
        let mut world = World::clean();
        let cause = world.place("poison");
        world.copy("dead poison");
        world.finds(
            "one_effect_per_input",
            "",
            &format!("the input {cause} is a dead letter twice"),
        );
    }

    #[test]
    fn a_dead_letter_of_an_input_that_was_taken_is_found() {
        let mut world = World::clean();
        world.dead_letter("input o-1 PaymentSucceeded 1");
        world.finds(
            "one_effect_per_input",
            "",
            "an input was taken by its saga and is a dead letter as well",
        );
    }

    #[test]
    fn the_copy_of_a_refusal_that_needs_attention_is_allowed() {
        let mut world = World::clean();
        world.input("o-1", "PaymentSucceeded", 1, "again");
        let cause = world.place("again");
        world.transaction("o-1", &cause, &["rejected"]);
        world.dead_letter("again");
        world.passes();
    }

    #[test]
    fn a_dead_letter_of_no_input_is_found() {
        let mut world = World::clean();
        world.set_header("dead poison", "palinode-dead-letter-id", "x");
        world.finds(
            "one_effect_per_input",
            "",
            "a dead letter does not say which input it was",
        );
    }
}
