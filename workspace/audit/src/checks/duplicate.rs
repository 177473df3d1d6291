//! Nothing that was written once stands twice.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    Did,
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    seen::{Content, Seen},
    testimony::Observed,
};

/// No record of a task's own books stands twice in the journal, and no record that a writer was told is written stands
/// more often on its topic than that was told (so writers that write down what they do should never write the same
/// twice). Commands, events, outcomes and forwarded inputs are the matter of other laws; participants write at least
/// once.
#[derive(Default)]
pub(crate) struct Duplicate {
    books: HashSet<Arc<str>>,
    /// What was confirmed, and how often, by topic.
    confirmed: BTreeMap<NameIndex, HashMap<u64, u32>>,
}

impl Check for Duplicate {
    fn name(&self) -> &'static str {
        "duplicate"
    }

    fn meaning(&self) -> &'static str {
        "a write was repeated on its way, and stands twice"
    }

    fn see(&mut self, seen: &Seen<'_>, _: &Facts, found: &mut Findings) {
        if let Content::Task(record) = &seen.content
            && !self.books.insert(Arc::clone(record.event_id()))
        {
            found.add(Some(seen.place()), || {
                format!("the task's record {} stands a second time", record.event_id())
            });
        }
    }

    fn observe(&mut self, observed: &Observed) {
        if let Did::Acknowledged { digest, .. } | Did::Confirmed { digest } = observed.did {
            *self
                .confirmed
                .entry(observed.at.topic)
                .or_default()
                .entry(digest)
                .or_default() += 1;
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (topic, confirmed) in &self.confirmed {
            let mut standing: Vec<_> = facts.standing.of_topic(*topic).collect();
            standing.sort_unstable_by_key(|(at, _)| *at);
            let mut left = confirmed.clone();
            for (at, digest) in standing {
                let Some(left) = left.get_mut(&digest) else { continue };
                match left.checked_sub(1) {
                    Some(less) => *left = less,
                    None => found.add(Some(facts.place(at)), || {
                        "the record stands more often than its writer was told that it is written".into()
                    }),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Did, testing::World};

    #[test]
    fn a_record_of_a_tasks_books_that_stands_twice_is_found() {
        let mut world = World::clean();
        world.copy("task 3");
        world.finds("duplicate", "", "the task's record task-3/i/claim stands a second time");
    }

    #[test]
    fn a_confirmed_record_that_stands_twice_is_found() {
        for confirmed in [
            |offset, digest| Did::Acknowledged { offset, digest },
            |_, digest| Did::Confirmed { digest },
        ] {
            let mut world = World::clean();
            world.observe("writer", "input o-1 StockReserved 1", confirmed);
            world.passes();
            world.again_at("input o-1 StockReserved 1", "again");
            world.finds(
                "duplicate",
                "",
                "the record stands more often than its writer was told that it is written",
            );
        }
    }
}
