//! No command twice under different ids: when a request may be made again, and when in a new round.

use palinode_core::Purpose;

use crate::{
    check::Check,
    facts::{Facts, NameIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, Event, EventKind, Seen},
};

/// The round rises only after a definite refusal, or, of a compensation, after a late success; within a round a command
/// is repeated only when the outcome of the one before is unknown.
#[derive(Default)]
pub(crate) struct Rounds {
    sagas: PerSaga<Vec<Asked>>,
}

/// What is known of a step or its compensation.
struct Asked {
    of: (NameIndex, Purpose),
    round: u32,
    attempt: u32,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was asked yet.
    New,
    /// The command waits for its answer.
    Pending,
    /// It had no usable answer.
    Unknown,
    /// It was refused, and nothing was done.
    Refused,
    /// It was refused, and the next round is begun.
    NextRound,
    /// It was done.
    Done,
    /// The compensation was done, and then the step succeeded late.
    DoneTooEarly,
}

impl Check for Rounds {
    fn name(&self) -> &'static str {
        "rounds"
    }

    fn meaning(&self) -> &'static str {
        "a participant may take one wish for two, or two for one: a customer may be charged twice"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let Content::Event(event) = &seen.content else { return };
        let Some((step, purpose)) = event.step else { return };
        let sagas = &mut self.sagas;
        if event.kind == EventKind::Succeeded && purpose == Purpose::Forward {
            let back = asked(sagas.of(event.saga), (step, Purpose::Compensation));
            if back.phase == Phase::Done {
                back.phase = Phase::DoneTooEarly;
            }
        }
        let asked = asked(sagas.of(event.saga), (step, purpose));
        if let Some(fault) = asked.take(event) {
            found.of_saga(facts, event.saga, Some(seen.place()), || {
                let words = facts.step_words(step, purpose);
                format!("{words}, round {}, attempt {}: {fault}", event.round, event.attempt)
            });
        }
    }

    fn finish(&mut self, _: &Facts, _: &mut Findings) {}
}

fn asked(saga: &mut Vec<Asked>, of: (NameIndex, Purpose)) -> &mut Asked {
    let known = saga.iter().position(|asked| asked.of == of).unwrap_or_else(|| {
        saga.push(Asked {
            of,
            round: 0,
            attempt: 0,
            phase: Phase::New,
        });
        saga.len() - 1
    });
    &mut saga[known]
}

impl Asked {
    fn take(&mut self, event: &Event) -> Option<&'static str> {
        match event.kind {
            EventKind::Requested => {
                let fault = self.fault(event);
                (self.round, self.attempt, self.phase) = (event.round, event.attempt, Phase::Pending);
                return fault;
            }
            EventKind::RetryScheduled if event.round == self.round + 1 && self.phase == Phase::Refused => {
                (self.round, self.phase) = (event.round, Phase::NextRound);
            }
            EventKind::Succeeded => self.phase = Phase::Done,
            EventKind::Failed if event.is_definite => self.phase = Phase::Refused,
            EventKind::Failed | EventKind::TimedOut => self.phase = Phase::Unknown,
            _ => {}
        }
        None
    }

    /// What is wrong with asking by `event`.
    fn fault(&self, event: &Event) -> Option<&'static str> {
        if event.attempt != self.attempt + 1 {
            return Some("the attempts of a step are numbered one by one, over all rounds");
        }
        let rise = event.round.checked_sub(self.round);
        match (self.phase, rise) {
            (_, None) => Some("an older round was asked for again"),
            (Phase::New | Phase::Refused | Phase::NextRound | Phase::DoneTooEarly, Some(1)) => None,
            (Phase::Unknown | Phase::NextRound, Some(0)) => None,
            (_, Some(2..)) => Some("a round was left out"),
            (Phase::New, _) => Some("the first round is 1"),
            (Phase::Pending, _) => Some("it was asked again while the command before waited for its answer"),
            (Phase::Unknown, _) => Some("a new round was begun although the outcome of the one before is unknown"),
            (Phase::Refused | Phase::DoneTooEarly, _) => Some("it was asked again in a round that had its answer"),
            (Phase::Done, _) => Some("it was asked again after it was done"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    /// A saga whose payment had `events`, and the violation that was found.
    fn finds(events: &[&str], what: &str) {
        let mut world = World::clean();
        world.start("o-9");
        for event in events {
            world.on_timer("o-9", &[event]);
        }
        world.finds("rounds", "o-9", what);
    }

    #[test]
    fn a_new_round_while_the_outcome_is_unknown_is_found() {
        let what = "a new round was begun although the outcome of the one before is unknown";
        finds(
            &["timed out payment 1/1", "requested payment 2/2"],
            &format!("step 'payment', round 2, attempt 2: {what}"),
        );
        finds(
            &["failed? payment 1", "requested payment 2/2"],
            &format!("step 'payment', round 2, attempt 2: {what}"),
        );
    }

    #[test]
    fn a_new_round_that_was_scheduled_while_the_outcome_is_unknown_is_found() {
        let what = "step 'payment', round 2, attempt 2: a new round was begun although the outcome of the one before is unknown";
        finds(
            &["timed out payment 1/1", "retry payment 2", "requested payment 2/2"],
            what,
        );
    }

    #[test]
    fn the_same_round_after_a_definite_refusal_is_found() {
        let what = "step 'payment', round 1, attempt 2: it was asked again in a round that had its answer";
        finds(&["failed payment 1", "requested payment 1/2"], what);
    }

    #[test]
    fn asking_twice_at_once_is_found() {
        let what = "it was asked again while the command before waited for its answer";
        finds(
            &["requested payment 1/2"],
            &format!("step 'payment', round 1, attempt 2: {what}"),
        );
        finds(
            &["requested payment 2/2"],
            &format!("step 'payment', round 2, attempt 2: {what}"),
        );
    }

    #[test]
    fn asking_for_what_was_done_is_found() {
        let what = "step 'payment', round 2, attempt 2: it was asked again after it was done";
        finds(&["succeeded payment 1", "requested payment 2/2"], what);
    }

    #[test]
    fn leaps_and_steps_back_are_found() {
        let leap = "step 'payment', round 3, attempt 2: a round was left out";
        finds(&["failed payment 1", "requested payment 3/2"], leap);
        let back = "step 'payment', round 1, attempt 3: an older round was asked for again";
        finds(
            &[
                "failed payment 1",
                "requested payment 2/2",
                "timed out payment 2/2",
                "requested payment 1/3",
            ],
            back,
        );
        let first = "step 'packing', round 0, attempt 1: the first round is 1";
        finds(&["requested packing 0/1"], first);
        let attempt =
            "step 'payment', round 1, attempt 3: the attempts of a step are numbered one by one, over all rounds";
        finds(&["timed out payment 1/1", "requested payment 1/3"], attempt);
    }
}
