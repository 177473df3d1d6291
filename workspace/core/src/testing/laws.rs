//! What must hold of every journal, checked by a model of its own that knows neither `decide` nor `evolve`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Event, Plan, Purpose, Round, StepIndex};

/// What the journal has told of one step.
#[derive(Default)]
struct Known {
    /// A command to do it waits for its answer.
    asked: bool,
    /// It may have been done.
    possibly_done: bool,
    /// It was done for sure.
    done: bool,
    /// Taking it back has begun. Another attempt goes on with it, even when a dependent is done late meanwhile.
    undo_begun: bool,
    /// A command to take it back waits for its answer.
    undo_asked: bool,
    /// It was taken back after the last time that it was known to be done.
    undone: bool,
}

/// The laws, with what they remember.
pub(crate) struct Laws<'a> {
    plan: &'a Plan,
    steps: Vec<Known>,
    /// Requests whose last command was answered for sure; no other command may follow in their round.
    answered: BTreeSet<(StepIndex, Purpose, Round)>,
    sent: BTreeMap<(StepIndex, Purpose), (Round, u32)>,
    pivot_done: bool,
    ended: bool,
}

impl<'a> Laws<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let steps = plan.steps.iter().map(|_| Known::default()).collect();
        let (answered, sent) = (BTreeSet::new(), BTreeMap::new());
        Self {
            plan,
            steps,
            answered,
            sent,
            pivot_done: false,
            ended: false,
        }
    }

    /// Takes the next event of the journal.
    pub(crate) fn check(&mut self, event: &Event) {
        let said_after_the_end = matches!(event, Event::InputRejected { .. } | Event::SagaReopened { .. });
        assert!(!self.ended || said_after_the_end, "{event:?} after the end");
        match event {
            Event::Requested {
                step,
                purpose,
                round,
                attempt,
                ..
            } => self.requested(*step, *purpose, *round, attempt.0),
            Event::Succeeded {
                step, purpose, round, ..
            } => {
                self.answered.insert((*step, *purpose, *round));
                self.succeeded(*step, *purpose);
            }
            Event::Failed {
                step,
                purpose,
                round,
                definite: true,
                ..
            } => {
                self.answered.insert((*step, *purpose, *round));
                self.refused(*step, *purpose);
            }
            Event::Failed {
                step,
                purpose,
                definite: false,
                ..
            }
            | Event::TimedOut { step, purpose, .. } => {
                self.unanswered(*step, *purpose);
            }
            Event::SagaReopened { .. } => self.ended = false,
            Event::SagaCompleted => {
                assert!(
                    self.steps.iter().all(|step| step.done),
                    "completed before every step was done"
                );
                self.ended = true;
            }
            Event::SagaCompensated { .. } => {
                assert!(
                    self.plan.step_indexes().all(|step| self.is_settled(step)),
                    "compensated with a step forgotten"
                );
                self.ended = true;
            }
            _ => {}
        }
    }

    fn requested(&mut self, step: StepIndex, purpose: Purpose, round: Round, attempt: u32) {
        assert!(
            !self.answered.contains(&(step, purpose, round)),
            "{step:?} {purpose:?} asked again in {round:?}"
        );
        let (last_round, last_attempt) = self.sent.insert((step, purpose), (round, attempt)).unwrap_or_default();
        assert_eq!(attempt, last_attempt + 1, "attempts are counted");
        assert!(round >= last_round, "rounds do not go back");
        match purpose {
            Purpose::Forward => {
                let plan = self.plan.step(step);
                assert!(
                    plan.after.iter().all(|before| self.steps[before.at()].done),
                    "{step:?} before its time"
                );
                let known = &mut self.steps[step.at()];
                assert!(
                    !known.asked && !known.done,
                    "{step:?} asked while it is awaited or done"
                );
                (known.asked, known.possibly_done) = (true, true);
            }
            Purpose::Compensation => {
                assert!(!self.pivot_done, "{step:?} taken back after the pivot");
                let begun = self.steps[step.at()].undo_begun;
                for after in &self.plan.step(step).dependents {
                    assert!(begun || self.is_settled(*after), "{step:?} taken back before {after:?}");
                }
                let known = &mut self.steps[step.at()];
                assert!(!known.undo_asked && !known.undone, "{step:?} taken back twice");
                (known.undo_asked, known.undo_begun) = (true, true);
            }
        }
    }

    fn succeeded(&mut self, step: StepIndex, purpose: Purpose) {
        let known = &mut self.steps[step.at()];
        match purpose {
            Purpose::Forward => {
                known.undo_begun &= !known.undone;
                (known.asked, known.possibly_done, known.done, known.undone) = (false, true, true, false);
                self.pivot_done |= self.plan.pivot == Some(step);
            }
            Purpose::Compensation => (known.undo_asked, known.undone) = (false, true),
        }
    }

    fn refused(&mut self, step: StepIndex, purpose: Purpose) {
        let known = &mut self.steps[step.at()];
        match purpose {
            Purpose::Forward => (known.asked, known.possibly_done) = (false, false),
            Purpose::Compensation => known.undo_asked = false,
        }
    }

    fn unanswered(&mut self, step: StepIndex, purpose: Purpose) {
        let known = &mut self.steps[step.at()];
        match purpose {
            Purpose::Forward => known.asked = false,
            Purpose::Compensation => known.undo_asked = false,
        }
    }

    /// Nothing is awaited, and what may have been done and can be taken back was taken back.
    fn is_settled(&self, step: StepIndex) -> bool {
        let known = &self.steps[step.at()];
        let owed = known.possibly_done && !known.undone && self.plan.step(step).compensation.is_some();
        !known.asked && !known.undo_asked && !owed
    }
}
