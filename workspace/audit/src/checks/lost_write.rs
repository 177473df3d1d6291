//! What was written stays.

use std::collections::BTreeMap;

use crate::{
    Did,
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{InputPosition, Seen},
    standing::Stands,
    testimony::Observed,
};

/// What the orchestrator acted on, what a reader was handed, and what a writer was told is written, is not cut off its
/// partition; and what a writer was told is written is there.
#[derive(Default)]
pub(crate) struct LostWrite {
    acknowledged: BTreeMap<InputPosition, NameIndex>,
}

impl Check for LostWrite {
    fn name(&self) -> &'static str {
        "lost_write"
    }

    fn meaning(&self) -> &'static str {
        "the cluster has lost what it had confirmed: orders and payments that somebody relies on are gone"
    }

    fn see(&mut self, _: &Seen<'_>, _: &Facts, _: &mut Findings) {}

    fn observe(&mut self, observed: &Observed) {
        if matches!(observed.did, Did::Acknowledged { .. }) {
            self.acknowledged.entry(observed.at).or_insert(observed.by);
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (at, witness) in facts.readings.iter() {
            if facts.standing.at(at) == Stands::BehindTheEnd {
                found.add(Some(facts.place(at)), || {
                    format!(
                        "{} tells of a record behind the end of its partition",
                        witness.words(facts)
                    )
                });
            }
        }
        for (at, by) in &self.acknowledged {
            if matches!(facts.standing.at(*at), Stands::Nothing | Stands::BehindTheEnd) {
                found.add(Some(facts.place(*at)), || {
                    format!(
                        "'{}' was told that its record is written, and it is not there",
                        facts.clients.name(*by)
                    )
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Did, testing::World};

    #[test]
    fn a_partition_that_was_cut_off_is_found() {
        let mut world = World::clean();
        let event = world.place("event o-1 succeeded capture 1");
        world.cut_off("input o-1 PaymentCaptured 1");
        world.finds(
            "lost_write",
            "",
            &format!("the record {event} tells of a record behind the end of its partition"),
        );
    }

    #[test]
    fn a_confirmed_record_that_is_not_there_is_found() {
        let mut world = World::clean();
        let confirmed = |offset, digest| Did::Acknowledged { offset, digest };
        world.observe("writer", "input o-6 PaymentSucceeded 3", confirmed);
        world.passes();
        world.remove("input o-6 PaymentSucceeded 3");
        world.finds(
            "lost_write",
            "",
            "'writer' was told that its record is written, and it is not there",
        );
    }
}
