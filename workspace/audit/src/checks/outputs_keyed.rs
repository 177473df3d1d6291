//! What the orchestrator sends carries its saga's key and stands where that key belongs, once and in order.

use palinode_wire::partition_of;

use crate::{
    Copies,
    check::Check,
    facts::{Facts, NameIndex, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, INBOX, Seen},
};

/// Journal events, commands, outcomes and emissions carry the key of their saga, everything with a key stands on its
/// partition, and emissions stand once and in the order of the journal.
#[derive(Default)]
pub(crate) struct OutputsKeyed {
    /// The numbers of the events that emissions told of, by topic.
    emitted: PerSaga<Vec<(NameIndex, Vec<u64>)>>,
    /// The last event of each saga.
    last: PerSaga<u64>,
    /// The highest event that an emission told of.
    told: PerSaga<u64>,
}

impl Check for OutputsKeyed {
    fn name(&self) -> &'static str {
        "outputs_keyed"
    }

    fn meaning(&self) -> &'static str {
        "messages about one order pass each other on the way, or tell the same thing twice"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                *self.last.of(event.saga) = event.sequence.max(*self.last.of(event.saga));
                check_key(event.saga, seen, facts, found);
            }
            // A request for a sub-saga has the key of that one.
            Content::Command(Some(command)) if seen.topic.as_str() == INBOX => {
                check_partition(Some(command.request.saga), seen, facts, found);
            }
            Content::Command(Some(command)) => {
                check_key(command.request.saga, seen, facts, found);
                check_partition(Some(command.request.saga), seen, facts, found);
            }
            Content::Outcome(row) => {
                check_key(row.saga, seen, facts, found);
                check_partition(Some(row.saga), seen, facts, found);
            }
            Content::Emission(saga, sequence) => {
                check_key(*saga, seen, facts, found);
                check_partition(Some(*saga), seen, facts, found);
                self.emission(*saga, *sequence, seen, facts, found);
            }
            Content::DeadLetter(_) => {
                if seen.key.is_some_and(|key| !key.is_empty()) {
                    check_partition(None, seen, facts, found);
                }
            }
            // An inbox record stands on the partition of the saga that it answers, whatever its own key is.
            Content::Forwarded(_)
            | Content::Told(_)
            | Content::Task(_)
            | Content::Unreadable(_)
            | Content::Message
            | Content::Stray
            | Content::Command(None) => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (saga, known) in facts.sagas() {
            let (told, last) = (*self.told.of(saga), *self.last.of(saga));
            if told > last {
                found.of_saga(facts, saga, known.last_place(), || {
                    format!("an emission tells of event {told}, and the journal ends with event {last}")
                });
            }
        }
    }
}

impl OutputsKeyed {
    fn emission(&mut self, saga: SagaIndex, sequence: u64, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let told = self.told.of(saga);
        *told = sequence.max(*told);
        let emitted = self.emitted.of(saga);
        let known = emitted
            .iter()
            .position(|(topic, _)| *topic == seen.topic_index)
            .unwrap_or_else(|| {
                emitted.push((seen.topic_index, Vec::new()));
                emitted.len() - 1
            });
        let numbers = &mut emitted[known].1;
        if numbers.contains(&sequence) {
            if facts.options.copied_outputs == Copies::Allowed {
                return;
            }
            found.of_saga(facts, saga, Some(seen.place()), || {
                format!(
                    "the emission '{}' stands twice on its topic",
                    seen.headers.ce_id.unwrap_or_default()
                )
            });
        } else if let Some(last) = numbers.last().copied().filter(|last| sequence < *last) {
            found.of_saga(facts, saga, Some(seen.place()), || {
                format!("the emission of event {sequence} comes after that of event {last}")
            });
        }
        numbers.push(sequence);
    }
}

fn check_key(saga: SagaIndex, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
    let expected = facts.saga(saga).id.key.as_str();
    if seen.key != Some(expected.as_bytes()) {
        found.of_saga(facts, saga, Some(seen.place()), || {
            let key = seen.key.map(String::from_utf8_lossy);
            format!(
                "the record's key is '{}' instead of its saga's",
                key.unwrap_or_default()
            )
        });
    }
}

fn check_partition(saga: Option<SagaIndex>, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
    let Some(key) = seen.key else { return };
    let expected = partition_of(key, facts.options.partitions_of(seen.topic));
    if expected != seen.partition {
        let what = || format!("the record's key belongs on partition {expected}");
        match saga {
            Some(saga) => found.of_saga(facts, saga, Some(seen.place()), what),
            None => found.add(Some(seen.place()), what),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Copies, Options, testing::World};

    #[test]
    fn another_key_is_found() {
        for tag in [
            "command o-1 payment 1/1",
            "outcome o-1",
            "status o-1 completed",
            "event o-1 completed",
        ] {
            let mut world = World::clean();
            world.set_key(tag, "x");
            world.finds("outputs_keyed", "o-1", "the record's key is 'x' instead of its saga's");
        }
    }

    #[test]
    fn another_partition_is_found_unless_the_topic_has_other_partitions() {
        for tag in ["command o-1 payment 1/1", "outcome o-1", "status o-1 completed"] {
            let mut world = World::clean();
            let home = world.partition(tag);
            world.move_to(tag, (home + 1) % 12);
            world.finds(
                "outputs_keyed",
                "o-1",
                &format!("the record's key belongs on partition {home}"),
            );
        }
        let world = World::clean();
        let report = world.audit(Options {
            partitions_of: [("orders.status".into(), 1)].into(),
            ..World::options()
        });
        assert_eq!(report.violations[0].what, "the record's key belongs on partition 0");
    }

    #[test]
    fn a_dead_letter_on_another_partition_is_found() {
        let mut world = World::clean();
        let home = world.partition("dead poison");
        world.move_to("dead poison", (home + 1) % 12);
        world.finds(
            "outputs_keyed",
            "",
            &format!("the record's key belongs on partition {home}"),
        );
    }

    #[test]
    fn an_emission_that_stands_twice_is_found_unless_somebody_copied_it() {
        let mut world = World::clean();
        world.copy("status o-1 completed");
        let what = "the emission 'order-fulfilment/o-1/12/completed' stands twice on its topic";
        world.finds("outputs_keyed", "o-1", what);
        world.passes_with(Options {
            copied_outputs: Copies::Allowed,
            ..World::options()
        });
    }

    #[test]
    fn emissions_that_changed_places_are_found() {
        let mut world = World::clean();
        world.swap("status o-1 completed", "status o-1 payment.succeeded");
        world.finds(
            "outputs_keyed",
            "o-1",
            "the emission of event 4 comes after that of event 12",
        );
    }

    #[test]
    fn an_emission_of_no_event_is_found() {
        let mut world = World::clean();
        world.set_header("status o-1 completed", "ce_id", "order-fulfilment/o-1/99/completed");
        world.finds(
            "outputs_keyed",
            "o-1",
            "an emission tells of event 99, and the journal ends with event 12",
        );
    }
}
