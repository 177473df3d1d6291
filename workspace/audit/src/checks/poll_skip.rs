//! A reader goes forward, a record at a time.

use std::collections::BTreeMap;

use crate::{
    Did,
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{InputPosition, Seen},
    testimony::Observed,
};

/// What a reader is handed next is the next record that stands: it neither leaves one out nor goes back, unless it was told
/// to read from elsewhere.
#[derive(Default)]
pub(crate) struct PollSkip {
    readers: BTreeMap<(NameIndex, NameIndex, i32), Vec<Step>>,
}

enum Step {
    Sought(i64),
    Polled(i64),
}

impl Check for PollSkip {
    fn name(&self) -> &'static str {
        "poll_skip"
    }

    fn meaning(&self) -> &'static str {
        "a reader was handed records with one left out, or one of them again: it acts on half of the story, or twice"
    }

    fn see(&mut self, _: &Seen<'_>, _: &Facts, _: &mut Findings) {}

    fn observe(&mut self, observed: &Observed) {
        let step = match observed.did {
            Did::Sought { offset } => Step::Sought(offset),
            Did::Polled { offset, .. } => Step::Polled(offset),
            Did::Acknowledged { .. } | Did::Confirmed { .. } | Did::Refused { .. } => return,
        };
        let key = (observed.by, observed.at.topic, observed.at.partition);
        self.readers.entry(key).or_default().push(step);
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for ((by, topic, partition), steps) in &self.readers {
            let at = |offset| InputPosition {
                topic: *topic,
                partition: *partition,
                offset,
            };
            let name = || facts.clients.name(*by);
            // The first offset that may come.
            let mut next = None;
            for step in steps {
                let polled = match step {
                    Step::Sought(offset) => {
                        next = Some(*offset);
                        continue;
                    }
                    Step::Polled(offset) => *offset,
                };
                let expected = next.replace(polled + 1);
                if let Some(expected) = expected.filter(|expected| polled < *expected) {
                    found.add(Some(facts.place(at(polled))), || {
                        format!(
                            "'{}' was handed the record when it had read up to offset {expected}",
                            name()
                        )
                    });
                } else if let Some(expected) = expected {
                    let left_out = facts
                        .standing
                        .offsets_from(at(expected))
                        .take_while(|offset| *offset < polled);
                    for offset in left_out {
                        found.add(Some(facts.place(at(offset))), || {
                            format!(
                                "'{}' was handed offset {polled} before the record, which it left out",
                                name()
                            )
                        });
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    /// A reader that was handed these records, in this order.
    fn handed(tags: &[&str]) -> World {
        let mut world = World::clean();
        world.sought("reader", tags[0]);
        for tag in tags {
            world.polled("reader", tag);
        }
        world
    }

    const COMMANDS: [&str; 2] = ["command o-1 payment 1/1", "command o-1 capture 1/1"];

    #[test]
    fn records_in_their_order_pass() {
        let mut world = World::clean();
        world.polled_all("reader", "payments.commands", "o-1");
        // It begins again.
        world.polled_all("reader", "payments.commands", "o-1");
        world.passes();
    }

    #[test]
    fn a_reader_that_goes_back_is_found() {
        let [first, last] = COMMANDS;
        let mut world = handed(&[first, last, first]);
        let what = format!(
            "'reader' was handed the record when it had read up to offset {}",
            world.offset(last) + 1
        );
        world.finds("poll_skip", "", &what);
    }

    #[test]
    fn a_record_that_is_left_out_is_found() {
        let mut world = World::clean();
        world.again_at("command o-1 payment 1/1", "between");
        let (before, behind) = ("command o-1 capture 1/1", "between");
        world.again_at("command o-1 payment 1/1", "last");
        world.sought("reader", before);
        world.polled("reader", before);
        world.polled("reader", "last");
        let offset = world.offset("last");
        let what = format!("'reader' was handed offset {offset} before the record, which it left out");
        let at = world.place(behind);
        let report = world.audit(World::options());
        assert!(
            report.violations.iter().any(|violation| {
                let place = violation.place.as_ref().map(ToString::to_string);
                violation.check == "poll_skip" && violation.what == what && place.as_ref() == Some(&at)
            }),
            "no '{what}' at {at} in\n{report}"
        );
    }
}
