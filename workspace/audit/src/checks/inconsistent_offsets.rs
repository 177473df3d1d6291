//! One place holds one record, whoever looks.

use crate::{
    Did,
    check::Check,
    facts::Facts,
    findings::Findings,
    seen::{InputPosition, Seen},
    standing::Stands,
    testimony::{Observed, Witness, copies},
};

/// What was read at a place, by a reader, by the orchestrator that started a saga with it, or by whoever forwarded it or
/// made it a dead letter, is what stands there; and so is what a writer was told stands there.
#[derive(Default)]
pub(crate) struct InconsistentOffsets {
    /// Every copy of a record that is known, and who has it.
    copies: Vec<(InputPosition, u64, Witness)>,
}

impl Check for InconsistentOffsets {
    fn name(&self) -> &'static str {
        "inconsistent_offsets"
    }

    fn meaning(&self) -> &'static str {
        "two readers of one place were handed different records: what one of them did has no ground"
    }

    fn see(&mut self, seen: &Seen<'_>, _: &Facts, _: &mut Findings) {
        if let Some((at, digest)) = copies(seen) {
            self.copies.push((at, digest, Witness::Record(seen.position())));
        }
    }

    fn observe(&mut self, observed: &Observed) {
        if let Did::Polled { digest, .. } | Did::Acknowledged { digest, .. } = observed.did {
            self.copies.push((observed.at, digest, Witness::Client(observed.by)));
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (at, digest, witness) in &self.copies {
            if matches!(facts.standing.at(*at), Stands::Record(stands) if stands != *digest) {
                found.add(Some(facts.place(*at)), || {
                    format!(
                        "{} has another content of the record than stands there",
                        witness.words(facts)
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
    fn a_copy_in_the_inbox_that_differs_is_found() {
        let mut world = World::clean();
        let copy = world.place("forwarded o-3");
        world.content_of("forwarded o-3", "input o-4 PaymentSucceeded 1");
        world.finds(
            "inconsistent_offsets",
            "",
            &format!("the record {copy} has another content of the record than stands there"),
        );
    }

    #[test]
    fn a_saga_that_began_with_another_record_than_stands_there_is_found() {
        let mut world = World::clean();
        let event = world.place("event o-1 started");
        world.content_of("input o-1 OrderPlaced", "input o-4 OrderPlaced");
        world.finds(
            "inconsistent_offsets",
            "",
            &format!("the record {event} has another content of the record than stands there"),
        );
    }

    #[test]
    fn readers_and_writers_that_saw_something_else_are_found() {
        const RECORD: &str = "input o-6 PaymentSucceeded 3";
        for of in [
            |offset, digest| Did::Polled { offset, digest },
            |offset, digest| Did::Acknowledged { offset, digest },
        ] {
            let mut world = World::clean();
            world.observe("client", RECORD, of);
            let report = world.audit(World::options());
            assert!(report.checks.contains(&("inconsistent_offsets", 0)), "{report}");
            world.observe("client", RECORD, |offset, digest| of(offset, digest ^ 1));
            world.finds(
                "inconsistent_offsets",
                "",
                "'client' has another content of the record than stands there",
            );
        }
    }
}
