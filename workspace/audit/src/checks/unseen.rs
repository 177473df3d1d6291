//! A reader is handed everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Did,
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{InputPosition, Seen},
    testimony::Observed,
};

/// After the drain a reader that wrote down what it read has been handed every record that stands behind the place where it
/// began. What the orchestrator has to read is the matter of `nothing_unseen`.
#[derive(Default)]
pub(crate) struct Unseen {
    readers: BTreeMap<(NameIndex, NameIndex, i32), Reader>,
}

#[derive(Default)]
struct Reader {
    /// The lowest offset from which it read.
    begin: Option<i64>,
    polled: BTreeSet<i64>,
}

impl Check for Unseen {
    fn name(&self) -> &'static str {
        "unseen"
    }

    fn meaning(&self) -> &'static str {
        "a record stands on its topic, and a reader that has read everything was never handed it"
    }

    fn see(&mut self, _: &Seen<'_>, _: &Facts, _: &mut Findings) {}

    fn observe(&mut self, observed: &Observed) {
        let offset = match observed.did {
            Did::Sought { offset } | Did::Polled { offset, .. } => offset,
            Did::Acknowledged { .. } | Did::Confirmed { .. } | Did::Refused { .. } => return,
        };
        let key = (observed.by, observed.at.topic, observed.at.partition);
        let reader = self.readers.entry(key).or_default();
        reader.begin = Some(reader.begin.map_or(offset, |begin| begin.min(offset)));
        if matches!(observed.did, Did::Polled { .. }) {
            reader.polled.insert(offset);
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        if !facts.options.expect.is_drained() {
            return;
        }
        for ((by, topic, partition), reader) in &self.readers {
            let at = |offset| InputPosition {
                topic: *topic,
                partition: *partition,
                offset,
            };
            let Some(begin) = reader.begin else { continue };
            for offset in facts
                .standing
                .offsets_from(at(begin))
                .filter(|offset| !reader.polled.contains(offset))
            {
                found.add(Some(facts.place(at(offset))), || {
                    format!("'{}' was never handed the record", facts.clients.name(*by))
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Expect, Options, testing::World};

    #[test]
    fn a_record_that_a_reader_was_never_handed_is_found_once_everything_should_have_been() {
        let mut world = World::clean();
        world.polled_all("reader", "payments.commands", "o-1");
        world.passes();
        let mut world = World::clean();
        world.polled_all("reader", "payments.commands", "o-1");
        world.forget_last_poll();
        world.finds("unseen", "", "'reader' was never handed the record");
        world.passes_with(Options {
            expect: Expect::Running,
            ..World::options()
        });
    }
}
