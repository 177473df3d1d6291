//! What concerns one saga keeps its order.

use std::collections::HashMap;

use palinode_core::Purpose;

use crate::{
    check::Check,
    facts::{Facts, NameIndex, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Command, Content, Event, INBOX, InputPosition, Request, Seen},
};

/// A saga's commands stand on a topic in the order of its journal, and its inputs from one partition are taken in the
/// order in which they stand there.
#[derive(Default)]
pub(crate) struct OrderPerKey {
    sagas: PerSaga<Order>,
}

#[derive(Default)]
struct Order {
    /// The commands that the journal asks for, in its order.
    journaled: Vec<Asked>,
    /// The commands on each topic, in its order, each once.
    sent: Vec<(NameIndex, Vec<Sent>)>,
    /// The last input taken from each partition of a topic.
    causes: Vec<(NameIndex, i32, i64)>,
}

/// A command on a topic: what it asks, its partition and its offset.
type Sent = (Asked, i32, i64);

/// A command of a known saga: step, purpose, round, attempt.
type Asked = (NameIndex, Purpose, u32, u32);

impl Check for OrderPerKey {
    fn name(&self) -> &'static str {
        "order_per_key"
    }

    fn meaning(&self) -> &'static str {
        "a participant may take an order back before it did it, or a saga may hear a later answer first"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                if let Some(command) = event.command() {
                    self.sagas.of(event.saga).journaled.push(asked(&command));
                }
                self.cause(event, seen, facts, found);
            }
            // Requests for sub-sagas stand on the partitions of those.
            Content::Command(Some(command)) if seen.topic.as_str() != INBOX => {
                let sent = &mut self.sagas.of(command.request.saga).sent;
                let known = sent
                    .iter()
                    .position(|(topic, _)| *topic == seen.topic_index)
                    .unwrap_or_else(|| {
                        sent.push((seen.topic_index, Vec::new()));
                        sent.len() - 1
                    });
                let sent = &mut sent[known].1;
                if sent.iter().all(|(known, ..)| *known != asked(command)) {
                    sent.push((asked(command), seen.partition, seen.offset));
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (saga, order) in self.sagas.iter() {
            let place: HashMap<&Asked, usize> = order
                .journaled
                .iter()
                .enumerate()
                .map(|(at, asked)| (asked, at))
                .collect();
            for (topic, sent) in &order.sent {
                let mut last: Option<(usize, Asked)> = None;
                for (asked, partition, offset) in sent {
                    let Some(at) = place.get(asked).copied() else { continue };
                    if let Some((_, before)) = last.filter(|(before, _)| at < *before) {
                        let record = facts.place(InputPosition {
                            topic: *topic,
                            partition: *partition,
                            offset: *offset,
                        });
                        found.of_saga(facts, saga, Some(record), || {
                            let (first, second) = (words(facts, saga, *asked), words(facts, saga, before));
                            format!("the command of {second} stands before that of {first}, and the journal has it the other way round")
                        });
                    }
                    last = Some((at, *asked));
                }
            }
        }
    }
}

impl OrderPerKey {
    fn cause(&mut self, event: &Event, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let Some(cause) = event.cause else { return };
        let causes = &mut self.sagas.of(event.saga).causes;
        let of = |known: &&mut (NameIndex, i32, i64)| (known.0, known.1) == (cause.topic, cause.partition);
        match causes.iter_mut().find(of) {
            None => causes.push((cause.topic, cause.partition, cause.offset)),
            Some((_, _, last)) => {
                if cause.offset < *last {
                    let last = *last;
                    found.of_saga(facts, event.saga, Some(seen.place()), || {
                        format!(
                            "the input {} was taken after offset {last} of its partition",
                            facts.place(cause)
                        )
                    });
                }
                *last = cause.offset;
            }
        }
    }
}

fn asked(command: &Command) -> Asked {
    let request = &command.request;
    (request.step, request.purpose, request.round, command.attempt)
}

fn words(facts: &Facts, saga: SagaIndex, (step, purpose, round, attempt): Asked) -> String {
    facts.words(&Command {
        request: Request {
            saga,
            step,
            purpose,
            round,
        },
        attempt,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn commands_that_changed_places_are_found() {
        let mut world = World::clean();
        world.swap("command o-1 payment 1/1", "command o-1 capture 1/1");
        let what = "the command of step 'capture', round 1, attempt 1 stands before that of step 'payment', round 1, \
                    attempt 1, and the journal has it the other way round";
        world.finds("order_per_key", "o-1", what);
    }

    #[test]
    fn inputs_that_changed_places_are_found() {
        let mut world = World::clean();
        let early = world.input("o-1", "PaymentSucceeded", 1, "early");
        let late = world.input("o-1", "PaymentSucceeded", 1, "late");
        world.transaction("o-1", &late, &["rejected"]);
        world.events("o-1", &early, &["rejected"]);
        let offset = late.rsplit('/').next().unwrap();
        let what = format!("the input {early} was taken after offset {offset} of its partition");
        world.finds("order_per_key", "o-1", &what);
    }
}
