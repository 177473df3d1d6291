//! The events of a saga are numbered without a gap, in one partition.

use palinode_wire::partition_of;

use crate::{
    check::Check,
    facts::Facts,
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, Seen},
};

/// A saga's events stand on the partition of its key and are numbered from 1, in order.
#[derive(Default)]
pub(crate) struct Sequence {
    last: PerSaga<u64>,
}

impl Check for Sequence {
    fn name(&self) -> &'static str {
        "sequence"
    }

    fn meaning(&self) -> &'static str {
        "part of an order's history is missing, doubled or out of order: its state cannot be trusted"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let Content::Event(event) = &seen.content else { return };
        let key = facts.saga(event.saga).id.key.as_str();
        let partition = partition_of(key.as_bytes(), facts.options.partitions);
        if partition != seen.partition {
            found.of_saga(facts, event.saga, Some(seen.place()), || {
                format!(
                    "event {} stands on partition {}, and its key belongs on {partition}",
                    event.sequence, seen.partition
                )
            });
        }
        // Zero: a refusal for a saga that was not known.
        if event.sequence == 0 {
            return;
        }
        let last = self.last.of(event.saga);
        if event.sequence != *last + 1 {
            let expected = *last + 1;
            found.of_saga(facts, event.saga, Some(seen.place()), || {
                format!("event {} stands where event {expected} belongs", event.sequence)
            });
        }
        *last = event.sequence;
    }

    fn finish(&mut self, _: &Facts, _: &mut Findings) {}
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn a_missing_event_is_found() {
        let mut world = World::clean();
        world.remove("event o-1 succeeded payment 1");
        world.finds("sequence", "o-1", "event 5 stands where event 4 belongs");
    }

    #[test]
    fn a_doubled_event_is_found() {
        let mut world = World::clean();
        world.copy("event o-1 completed");
        world.finds("sequence", "o-1", "event 12 stands where event 13 belongs");
    }

    #[test]
    fn events_that_changed_places_are_found() {
        let mut world = World::clean();
        world.swap("event o-1 requested payment 1/1", "event o-1 requested stock 1/1");
        world.finds("sequence", "o-1", "event 3 stands where event 2 belongs");
    }

    #[test]
    fn an_event_on_another_partition_is_found() {
        let mut world = World::clean();
        let home = world.partition("event o-1 completed");
        world.move_to("event o-1 completed", (home + 1) % 12);
        let what = format!(
            "event 12 stands on partition {}, and its key belongs on {home}",
            (home + 1) % 12
        );
        world.finds("sequence", "o-1", &what);
    }
}
