//! What was written stays.

use std::collections::{BTreeMap, HashMap};

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
    /// What was confirmed without its place, by topic, and by whom.
    confirmed: BTreeMap<NameIndex, BTreeMap<u64, Vec<NameIndex>>>,
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
        match observed.did {
            Did::Acknowledged { .. } => {
                self.acknowledged.entry(observed.at).or_insert(observed.by);
            }
            Did::Confirmed { digest } => {
                let of_topic = self.confirmed.entry(observed.at.topic).or_default();
                of_topic.entry(digest).or_default().push(observed.by);
            }
            Did::Sought { .. } | Did::Polled { .. } | Did::Refused { .. } => {}
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
        for (topic, confirmed) in &self.confirmed {
            let mut standing: HashMap<u64, usize> = HashMap::new();
            for (_, digest) in facts.standing.of_topic(*topic) {
                *standing.entry(digest).or_default() += 1;
            }
            for (digest, by) in confirmed {
                let standing = standing.get(digest).copied().unwrap_or_default();
                for by in by.iter().skip(standing) {
                    found.add(None, || {
                        format!(
                            "'{}' was told that a record of digest {digest:016x} is written to '{}', and it is not there",
                            facts.clients.name(*by),
                            facts.topics.name(*topic)
                        )
                    });
                }
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

    #[test]
    fn a_record_that_was_confirmed_without_its_place_and_stands_nowhere_is_found() {
        let mut world = World::clean();
        let mut of = 0;
        let confirmed = |_, digest| Did::Confirmed { digest };
        world.observe("writer", "input o-6 PaymentSucceeded 3", confirmed);
        if let Some(Did::Confirmed { digest }) = world.last_observed() {
            of = digest;
        }
        world.passes();
        world.remove("input o-6 PaymentSucceeded 3");
        let what = format!(
            "'writer' was told that a record of digest {of:016x} is written to 'payments.events', and it is not there"
        );
        world.finds("lost_write", "", &what);
    }

    #[test]
    fn a_confirmed_record_of_the_journal_that_is_not_there_is_found() {
        let mut world = World::clean();
        let confirmed = |offset, digest| Did::Acknowledged { offset, digest };
        world.observe("writer", "event o-1 completed", confirmed);
        world.passes();
        world.remove("event o-1 completed");
        world.finds(
            "lost_write",
            "",
            "'writer' was told that its record is written, and it is not there",
        );
    }
}
