//! Nobody acts on what is not yet committed.

use std::collections::HashMap;

use palinode_wire::{headers::parse_saga_id, journal::TaskRecord};

use crate::{
    check::Check,
    facts::{Facts, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, InputPosition, Seen},
};

/// What sagas and locks tell each other, and events for everybody that are inputs, are acted on in a later transaction than
/// the one that wrote them. It is judged where both are of one task: its journal has the order of its transactions.
#[derive(Default)]
pub(crate) struct PrecommittedRead {
    /// The transactions of each partition of the journal so far.
    transactions: HashMap<i32, u32>,
    /// Where each event of a saga stands: its number, partition and transaction.
    events: PerSaga<Vec<(u32, i32, u32)>>,
    /// Messages of our own, by the event that they tell of.
    messages: HashMap<InputPosition, (SagaIndex, u32)>,
    /// What was acted on, and where first.
    acted: Vec<Acted>,
}

struct Acted {
    on: InputPosition,
    saga: SagaIndex,
    at: InputPosition,
    transaction: u32,
}

impl Check for PrecommittedRead {
    fn name(&self) -> &'static str {
        "precommitted_read"
    }

    fn meaning(&self) -> &'static str {
        "a saga acted on something before it was certain that it would stand"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, _: &mut Findings) {
        match &seen.content {
            Content::Task(TaskRecord::PositionsAdvanced(_)) => {
                *self.transactions.entry(seen.partition).or_default() += 1;
            }
            Content::Event(event) => {
                let transaction = self.transactions.get(&seen.partition).copied().unwrap_or_default();
                let sequence = u32::try_from(event.sequence).unwrap_or(u32::MAX);
                self.events.of(event.saga).push((sequence, seen.partition, transaction));
                // The events of an input stand together.
                let is_new = |on: &InputPosition| self.acted.last().is_none_or(|last| last.on != *on);
                if let Some(on) = event.cause.filter(is_new) {
                    self.acted.push(Acted {
                        on,
                        saga: event.saga,
                        at: seen.position(),
                        transaction,
                    });
                }
            }
            Content::Emission(saga, sequence) => {
                let sequence = u32::try_from(*sequence).unwrap_or(u32::MAX);
                self.messages.insert(seen.position(), (*saga, sequence));
            }
            Content::Told(told) => {
                if let Some(of) = event_of(&told.event_id, facts) {
                    self.messages.insert(seen.position(), of);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for acted in &self.acted {
            let Some((saga, sequence)) = self.messages.get(&acted.on) else {
                continue;
            };
            let written = self.events.of(*saga).iter().find(|(number, ..)| number == sequence);
            let is_later = written.is_none_or(|(_, partition, transaction)| {
                *partition != acted.at.partition || *transaction < acted.transaction
            });
            if !is_later {
                found.of_saga(facts, acted.saga, Some(facts.place(acted.at)), || {
                    format!(
                        "it follows from {}, which no earlier transaction has written",
                        facts.place(acted.on)
                    )
                });
            }
        }
    }
}

/// The event of a saga that this is the id of.
fn event_of(id: &str, facts: &Facts) -> Option<(SagaIndex, u32)> {
    let (saga, sequence) = id.rsplit_once('/')?;
    Some((facts.find(&parse_saga_id(saga)?)?, sequence.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn an_event_that_follows_from_what_its_own_transaction_writes_is_found() {
        // Given a saga that acts on what was told to everybody: in a later transaction
        let mut world = World::clean();
        let cause = world.place("status o-1 completed");
        world.transaction("o-1", &cause, &["rejected"]);
        let report = world.audit(World::options());
        assert_eq!(
            report.checks.iter().find(|(name, _)| *name == "precommitted_read"),
            Some(&("precommitted_read", 0))
        );
        // When it does so in the one that writes it
        let mut world = World::clean();
        world.events("o-1", "timer/timeout/1", &["suspended payment"]);
        let cause = world.place("status o-1 suspended");
        world.events("o-1", &cause, &["rejected"]);
        // Then it is found
        let what = format!("it follows from {cause}, which no earlier transaction has written");
        world.finds("precommitted_read", "o-1", &what);
    }
}
