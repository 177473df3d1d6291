//! No input goes without a trace.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use palinode_wire::journal::TaskRecord;

use crate::{
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{Content, INBOX, InputPosition, Seen, Type},
};

/// Every input below the journal's position has an event, was forwarded, or is a dead letter, unless no definition names
/// its type; after the drain there are no inputs behind the positions, and what stands on a topic of commands and is none
/// is a dead letter of its participant.
///
/// A type counts as named when the options say so, or when any record of that type on that topic led to an event. That one
/// became a dead letter does not show it: a type that nobody names becomes one as well, when its schema cannot be had.
#[derive(Default)]
pub(crate) struct NothingUnseen {
    topics: BTreeMap<NameIndex, BTreeMap<i32, Input>>,
    /// Forwarded inputs, by where they stood first, and where they stand in the inbox.
    forwarded: HashMap<InputPosition, InputPosition>,
    /// Copies of events in the inbox.
    told: BTreeSet<InputPosition>,
    /// Records on topics of commands that are none.
    strays: Vec<InputPosition>,
}

/// A partition of a topic.
#[derive(Default)]
struct Input {
    /// The first offset that is read.
    begin: i64,
    /// The next offset to read; none when it is no input.
    next: Option<i64>,
    records: BTreeMap<i64, Trace>,
    /// Ranges that no definition names, both ends counted.
    ignored: Vec<(i64, i64)>,
}

/// What was seen of a record.
#[derive(Clone, Copy)]
struct Trace {
    /// Its type, when the record itself was seen.
    of_type: Option<Type>,
    led_to_event: bool,
    is_dead_letter: bool,
}

impl Check for NothingUnseen {
    fn name(&self) -> &'static str {
        "nothing_unseen"
    }

    fn meaning(&self) -> &'static str {
        "a message was lost: somebody waits for an answer that will not come"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, _: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                if let Some(cause) = event.cause {
                    self.trace(cause).led_to_event = true;
                }
            }
            Content::DeadLetter(Some(origin)) => self.trace(*origin).is_dead_letter = true,
            Content::Forwarded(origin) => {
                self.trace(seen.position()).of_type = Some(seen.of_type);
                if let Some(origin) = origin {
                    self.forwarded.insert(*origin, seen.position());
                }
            }
            Content::Told(_) => {
                self.trace(seen.position()).of_type = Some(seen.of_type);
                self.told.insert(seen.position());
            }
            Content::Task(TaskRecord::InputAdded(added)) => {
                if let Some(input) = self.named_input(facts, added.topic.as_str(), added.partition) {
                    input.begin = added.offset;
                    input.next.get_or_insert(added.offset);
                }
            }
            Content::Task(TaskRecord::PositionsAdvanced(advanced)) => {
                for position in &advanced.positions {
                    if let Some(input) = self.named_input(facts, position.topic.as_str(), position.partition) {
                        input.next = Some(position.offset);
                    }
                }
                for (topic, partition, range) in advanced.ignored.iter().filter_map(|text| range(text)) {
                    if let Some(input) = self.named_input(facts, topic, partition) {
                        input.ignored.push(range);
                    }
                }
            }
            Content::Command(_) if seen.topic.as_str() == INBOX => {
                self.trace(seen.position()).of_type = Some(seen.of_type);
            }
            Content::Message | Content::Emission(..) => self.trace(seen.position()).of_type = Some(seen.of_type),
            Content::Stray => self.strays.push(seen.position()),
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        let undelivered = self.strays.iter().filter(|stray| !facts.is_dead_letter(**stray));
        for stray in undelivered.filter(|_| facts.options.expect.is_drained()) {
            found.add(Some(facts.place(*stray)), || {
                "a record on a topic of commands is no command, and no participant made it a dead letter".into()
            });
        }
        let inbox = facts.topics.find(INBOX);
        self.check_forwarded(inbox, facts, found);
        for (topic, partitions) in &self.topics {
            let is_inbox = Some(*topic) == inbox;
            let is_input = partitions.values().any(|input| input.next.is_some());
            let named = named(*topic, partitions, facts);
            for (partition, input) in partitions {
                let next = input.next.unwrap_or(0);
                for (offset, trace) in input.records.range(input.begin..) {
                    let needed = match trace.of_type {
                        Some(Type::Named(of_type)) => is_inbox || named.contains(&of_type),
                        Some(Type::Poison) => is_input,
                        Some(Type::Nothing) | None => false,
                    };
                    let at = InputPosition {
                        topic: *topic,
                        partition: *partition,
                        offset: *offset,
                    };
                    let has_trace = trace.has_effect() || self.forwarded.contains_key(&at) || input.is_ignored(*offset);
                    if !needed || has_trace {
                        continue;
                    }
                    if *offset >= next && facts.options.expect.is_drained() {
                        found.add(Some(facts.place(at)), || {
                            format!("an input was never read: the position is {next}")
                        });
                    } else if *offset < next && (!is_inbox || self.told.contains(&at)) {
                        found.add(Some(facts.place(at)), || "an input was read and left no trace".into());
                    }
                }
            }
        }
    }
}

impl NothingUnseen {
    fn trace(&mut self, at: InputPosition) -> &mut Trace {
        let input = self
            .topics
            .entry(at.topic)
            .or_default()
            .entry(at.partition)
            .or_default();
        input.records.entry(at.offset).or_insert(Trace {
            of_type: None,
            led_to_event: false,
            is_dead_letter: false,
        })
    }

    fn named_input(&mut self, facts: &Facts, topic: &str, partition: i32) -> Option<&mut Input> {
        let topic = facts.topics.find(topic)?;
        Some(self.topics.entry(topic).or_default().entry(partition).or_default())
    }

    /// What was forwarded must have been taken on the other side.
    fn check_forwarded(&self, inbox: Option<NameIndex>, facts: &Facts, found: &mut Findings) {
        let mut all: Vec<_> = self.forwarded.iter().collect();
        all.sort_unstable();
        for (origin, at) in all {
            let input = |topic: NameIndex, partition| self.topics.get(&topic)?.get(&partition);
            let read = inbox.and_then(|inbox| input(inbox, at.partition)?.next).unwrap_or(0) > at.offset;
            let trace = input(origin.topic, origin.partition).and_then(|input| input.records.get(&origin.offset));
            if read && trace.is_none_or(|trace| !trace.has_effect()) {
                found.add(Some(facts.place(*at)), || {
                    format!(
                        "the input {} was forwarded, read, and left no trace",
                        facts.place(*origin)
                    )
                });
            }
        }
    }
}

impl Trace {
    fn has_effect(&self) -> bool {
        self.led_to_event || self.is_dead_letter
    }
}

impl Input {
    fn is_ignored(&self, offset: i64) -> bool {
        self.ignored.iter().any(|(from, to)| (*from..=*to).contains(&offset))
    }
}

/// The types that the definitions name on `topic`.
fn named(topic: NameIndex, partitions: &BTreeMap<i32, Input>, facts: &Facts) -> BTreeSet<NameIndex> {
    let name = facts.topics.name(topic);
    let told = facts.options.named.iter().filter(|(of, _)| of == name);
    let told = told.filter_map(|(_, record)| facts.types.find(record.as_str()));
    let effective = partitions
        .values()
        .flat_map(|input| input.records.values())
        .filter(|trace| trace.led_to_event);
    let effective = effective.filter_map(|trace| match trace.of_type {
        Some(Type::Named(of_type)) => Some(of_type),
        _ => None,
    });
    told.chain(effective).collect()
}

/// Reads `topic/partition/from-to`.
fn range(text: &str) -> Option<(&str, i32, (i64, i64))> {
    let (rest, range) = text.rsplit_once('/')?;
    let (topic, partition) = rest.rsplit_once('/')?;
    let (from, to) = range.split_once('-')?;
    Some((topic, partition.parse().ok()?, (from.parse().ok()?, to.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use crate::{Expect, Options, testing::World};

    #[test]
    fn an_input_that_was_never_read_is_found_once_everything_should_have_been() {
        let mut world = World::clean();
        let (_, next) = world.next_position("payments.events", "o-1");
        world.input("o-1", "PaymentSucceeded", 1, "again");
        world.finds(
            "nothing_unseen",
            "",
            &format!("an input was never read: the position is {next}"),
        );
        world.passes_with(Options {
            expect: Expect::Running,
            ..World::options()
        });
    }

    #[test]
    fn an_input_that_left_no_trace_is_found() {
        let mut world = World::clean();
        let cause = world.input("o-1", "PaymentSucceeded", 1, "again");
        world.transaction("o-1", &cause, &[]);
        world.finds("nothing_unseen", "", "an input was read and left no trace");
    }

    #[test]
    fn a_range_that_no_definition_names_needs_no_trace() {
        let mut world = World::clean();
        let cause = world.input("o-1", "PaymentSucceeded", 1, "again");
        world.transaction("o-1", &cause, &[]);
        world.ignored("again");
        world.passes();
    }

    #[test]
    fn a_type_that_never_had_an_effect_is_known_from_the_options() {
        let mut world = World::clean();
        world.remove("event o-2 rejected");
        world.finds("nothing_unseen", "", "an input was read and left no trace");
        world.passes_with(Options {
            named: Default::default(),
            ..World::options()
        });
    }

    #[test]
    fn a_dead_letter_for_want_of_a_schema_does_not_say_that_a_definition_names_its_type() {
        let mut world = World::clean();
        for account in ["c-2", "c-3"] {
            let cause = world.input(account, "AccountOpened", 1, account);
            world.transaction(account, &cause, &[]);
        }
        world.dead_letter("c-2");
        world.passes();
    }

    #[test]
    fn poison_that_is_no_dead_letter_is_found() {
        let mut world = World::clean();
        world.remove("dead poison");
        world.finds("nothing_unseen", "", "an input was read and left no trace");
    }

    #[test]
    fn a_forwarded_input_that_was_lost_is_found() {
        let mut world = World::clean();
        let cause = world.place("input o-3 PaymentSucceeded 1");
        world.remove("event o-3 succeeded payment 1");
        let what = format!("the input {cause} was forwarded, read, and left no trace");
        world.finds("nothing_unseen", "", &what);
    }

    #[test]
    fn what_is_no_command_on_a_topic_of_commands_has_to_become_a_dead_letter() {
        let mut world = World::clean();
        world.stray_command("o-1", "stray");
        world.finds(
            "nothing_unseen",
            "",
            "a record on a topic of commands is no command, and no participant made it a dead letter",
        );
        world.passes_with(Options {
            expect: Expect::Running,
            ..World::options()
        });
        world.dead_letter("stray");
        world.passes();
        // A participant that was killed may tell of it again.
        world.dead_letter("stray");
        world.passes();
    }
}
