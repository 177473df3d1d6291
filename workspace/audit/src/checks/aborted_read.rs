//! Nobody reads what was taken back.

use std::collections::{HashMap, HashSet};

use crate::{
    Did,
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::Seen,
    standing::Stands,
    testimony::Observed,
};

/// What the orchestrator acted on, and what a reader wrote down, stands among what a reader of committed records finds;
/// and what a writer was told is not written stands nowhere.
#[derive(Default)]
pub(crate) struct AbortedRead {
    /// What was refused, by topic.
    refused: HashMap<NameIndex, HashSet<u64>>,
}

impl Check for AbortedRead {
    fn name(&self) -> &'static str {
        "aborted_read"
    }

    fn meaning(&self) -> &'static str {
        "something was acted on that was taken back: it never happened"
    }

    fn see(&mut self, _: &Seen<'_>, _: &Facts, _: &mut Findings) {}

    fn observe(&mut self, observed: &Observed) {
        if let Did::Refused { digest } = observed.did {
            self.refused.entry(observed.at.topic).or_default().insert(digest);
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (at, witness) in facts.readings.iter() {
            if facts.standing.at(at) == Stands::Nothing {
                found.add(Some(facts.place(at)), || {
                    format!("{} tells of a record that does not stand", witness.words(facts))
                });
            }
        }
        let mut written = Vec::new();
        for (topic, refused) in &self.refused {
            let records = facts.standing.of_topic(*topic);
            written.extend(records.filter(|(_, digest)| refused.contains(digest)).map(|(at, _)| at));
        }
        written.sort_unstable();
        for at in written {
            found.add(Some(facts.place(at)), || {
                "a record stands of which its writer was told that it does not".into()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Did, testing::World};

    #[test]
    fn an_input_that_was_acted_on_and_does_not_stand_is_found() {
        let mut world = World::clean();
        let event = world.place("event o-6 succeeded payment 3");
        world.remove("input o-6 PaymentSucceeded 3");
        world.finds(
            "aborted_read",
            "",
            &format!("the record {event} tells of a record that does not stand"),
        );
    }

    #[test]
    fn a_record_that_a_reader_was_handed_and_that_does_not_stand_is_found() {
        let mut world = World::clean();
        let place = world.input("o-1", "PaymentSucceeded", 1, "taken back");
        world.input("o-1", "PaymentSucceeded", 1, "behind it");
        world.polled("reader", "taken back");
        world.remove("taken back");
        let report = world.audit(World::options());
        let found = report
            .violations
            .iter()
            .find(|violation| violation.check == "aborted_read");
        let found = found.unwrap_or_else(|| panic!("nothing in\n{report}"));
        assert_eq!(found.what, "'reader' tells of a record that does not stand");
        assert_eq!(found.place.as_ref().map(ToString::to_string), Some(place));
    }

    #[test]
    fn a_record_whose_writer_was_told_that_it_does_not_stand_is_found() {
        let mut world = World::clean();
        world.observe("writer", "input o-1 PaymentSucceeded 1", |_, digest| Did::Refused {
            digest: digest ^ 1,
        });
        world.passes();
        world.observe("writer", "input o-1 PaymentSucceeded 1", |_, digest| Did::Refused {
            digest,
        });
        world.finds(
            "aborted_read",
            "",
            "a record stands of which its writer was told that it does not",
        );
    }
}
