//! Every saga ends once, and leaves one row that says how.

use palinode_core::Outcome;
use palinode_wire::outcome::outcome_word;

use crate::{
    Expect,
    check::Check,
    facts::{Facts, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, InputPosition, Seen},
};

/// Each terminal event has exactly one outcome row, which says the same; after the drain no saga is open.
#[derive(Default)]
pub(crate) struct OneOutcome {
    endings: PerSaga<Vec<Ending>>,
}

/// One end of a saga. A saga that was reopened has several.
struct Ending {
    /// The number of the terminal event.
    sequence: u64,
    /// What the journal says.
    journaled: Option<Outcome>,
    /// How many rows there are.
    rows: u32,
    /// What the last row says.
    told: Option<Outcome>,
    /// Where it showed last.
    at: InputPosition,
}

impl Check for OneOutcome {
    fn name(&self) -> &'static str {
        "one_outcome"
    }

    fn meaning(&self) -> &'static str {
        "an order has no end, two ends, or another end than its journal tells: figures and customers are told wrong"
    }

    fn see(&mut self, seen: &Seen<'_>, _: &Facts, _: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                if let Some(outcome) = event.kind.outcome() {
                    self.ending(event.saga, event.sequence, seen.position()).journaled = Some(outcome);
                }
            }
            Content::Outcome(row) => {
                let ending = self.ending(row.saga, row.sequence, seen.position());
                ending.rows += 1;
                ending.told = row.outcome;
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (saga, endings) in self.endings.iter() {
            for ending in endings {
                let place = Some(facts.place(ending.at));
                if let Some(what) = ending.fault() {
                    found.of_saga(facts, saga, place, || what);
                }
            }
        }
        let expect = facts.options.expect;
        for (index, saga) in facts.sagas().filter(|(_, saga)| expect.is_drained() && saga.is_open()) {
            match (saga.is_suspended, expect) {
                (true, Expect::DrainedOrSuspended) => {}
                (true, _) => found.of_saga(facts, index, saga.last_place(), || {
                    "the saga is suspended after the drain".into()
                }),
                (false, _) => found.of_saga(facts, index, saga.last_place(), || {
                    "the saga is open after the drain".into()
                }),
            }
        }
    }
}

impl OneOutcome {
    fn ending(&mut self, saga: SagaIndex, sequence: u64, at: InputPosition) -> &mut Ending {
        let endings = self.endings.of(saga);
        let known = endings.iter().position(|ending| ending.sequence == sequence);
        let known = known.unwrap_or_else(|| {
            endings.push(Ending {
                sequence,
                journaled: None,
                rows: 0,
                told: None,
                at,
            });
            endings.len() - 1
        });
        &mut endings[known]
    }
}

impl Ending {
    fn fault(&self) -> Option<String> {
        let Some(journaled) = self.journaled else {
            return Some(format!(
                "an outcome row tells of event {}, which is no end of the saga",
                self.sequence
            ));
        };
        let word = outcome_word(journaled);
        match (self.rows, self.told) {
            (0, _) => Some(format!(
                "event {} ended the saga {word}, and there is no outcome row",
                self.sequence
            )),
            (1, Some(told)) if told == journaled => None,
            (1, told) => {
                let told = told.map_or("a word that is not known", outcome_word);
                Some(format!(
                    "the journal ended the saga {word}, and its outcome row says {told}"
                ))
            }
            (rows, _) => Some(format!(
                "event {} ended the saga once, and has {rows} outcome rows",
                self.sequence
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Expect, Options, testing::World};

    #[test]
    fn an_end_without_a_row_is_found() {
        let mut world = World::clean();
        world.remove("outcome o-1");
        world.finds(
            "one_outcome",
            "o-1",
            "event 12 ended the saga COMPLETED, and there is no outcome row",
        );
    }

    #[test]
    fn an_end_with_two_rows_is_found() {
        let mut world = World::clean();
        world.copy("outcome o-1");
        world.finds(
            "one_outcome",
            "o-1",
            "event 12 ended the saga once, and has 2 outcome rows",
        );
    }

    #[test]
    fn a_row_that_says_another_end_is_found() {
        let mut world = World::clean();
        world.remove("outcome o-1");
        world.outcome("o-1", 12, "COMPENSATED");
        world.finds(
            "one_outcome",
            "o-1",
            "the journal ended the saga COMPLETED, and its outcome row says COMPENSATED",
        );
    }

    #[test]
    fn a_row_without_an_end_is_found() {
        let mut world = World::clean();
        world.outcome("o-1", 5, "COMPLETED");
        world.finds(
            "one_outcome",
            "o-1",
            "an outcome row tells of event 5, which is no end of the saga",
        );
    }

    #[test]
    fn a_saga_that_stays_open_is_found_once_everything_should_have_ended() {
        let mut world = World::clean();
        world.start("o-9");
        world.finds("one_outcome", "o-9", "the saga is open after the drain");
        world.passes_with(Options {
            expect: Expect::Running,
            ..World::options()
        });
    }

    #[test]
    fn a_suspended_saga_is_told_apart() {
        let mut world = World::clean();
        world.start("o-9");
        world.on_timer("o-9", &["timed out payment 1/1", "suspended payment"]);
        world.finds("one_outcome", "o-9", "the saga is suspended after the drain");
        world.passes_with(Options {
            expect: Expect::DrainedOrSuspended,
            ..World::options()
        });
    }
}
