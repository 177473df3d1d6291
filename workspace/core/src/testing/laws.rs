//! What must hold of every journal, checked by a model of its own that knows neither `decide` nor `evolve`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{CompensationOrder, Event, Plan, Purpose, Round, StepIndex};

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
    /// The saga goes on without it.
    went_by: bool,
    /// The saga goes on without taking it back.
    undo_given_up: bool,
    /// The number of its items.
    items: Option<u16>,
    /// The request for a lock that it has not let go of.
    lock: Option<Round>,
}

/// The laws, with what they remember.
pub(crate) struct Laws<'a> {
    plan: &'a Plan,
    steps: BTreeMap<StepIndex, Known>,
    /// Requests whose last command was answered for sure; no other command may follow in their round.
    answered: BTreeSet<(StepIndex, Purpose, Round)>,
    sent: BTreeMap<(StepIndex, Purpose), (Round, u32)>,
    pivot_done: bool,
    ended: bool,
}

impl<'a> Laws<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let (answered, sent) = (BTreeSet::new(), BTreeMap::new());
        let steps = BTreeMap::new();
        Self {
            plan,
            steps,
            answered,
            sent,
            pivot_done: false,
            ended: false,
        }
    }

    fn no_lock_is_left(&self) {
        let left = self.steps.iter().find(|(_, known)| known.lock.is_some());
        assert!(
            left.is_none(),
            "ended with the lock of {left:?}",
            left = left.map(|(step, _)| step)
        );
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
            Event::PassedOver { step } => {
                let known = self.known(*step);
                assert!(
                    !known.asked && !known.possibly_done && known.items.is_none(),
                    "{step:?} passed over"
                );
                known.went_by = true;
            }
            Event::Expanded { step, items } => {
                self.in_time(*step);
                let known = self.known(*step);
                assert!(known.items.is_none() && !known.went_by, "{step:?} has items twice");
                known.items = Some(*items);
            }
            Event::ItemsSucceeded { step } => {
                let all = self.items(*step).iter().all(|item| self.has_gone_on(*item));
                assert!(all, "{step:?} is done before its items");
                self.known(*step).done = true;
            }
            Event::WaitStarted { step, .. } | Event::DecisionAsked { step, .. } => {
                self.in_time(*step);
                let known = self.known(*step);
                assert!(!known.asked && !known.done, "{step:?} waits twice");
                known.asked = true;
            }
            Event::WaitEnded { step, fails, .. } | Event::DecisionMade { step, fails, .. } => {
                let known = self.known(*step);
                (known.asked, known.done) = (false, !fails);
            }
            Event::LockAsked { step, round, .. } => {
                self.in_time(*step);
                let known = self.known(*step);
                assert!(!known.asked && !known.done, "{step:?} asks while it waits or holds");
                assert_eq!(known.lock, None, "{step:?} asks before it let go");
                (known.asked, known.lock) = (true, Some(*round));
            }
            Event::LockGranted { step } => {
                let known = self.known(*step);
                assert!(
                    known.asked && known.lock.is_some(),
                    "{step:?} holds what it does not ask for"
                );
                (known.asked, known.done) = (false, true);
            }
            Event::LockMissed { step, round, fails, .. } => {
                let known = self.known(*step);
                assert_eq!(
                    known.lock.take(),
                    Some(*round),
                    "{step:?} misses what it does not ask for"
                );
                (known.asked, known.done) = (false, !fails);
            }
            Event::LockReleased { step, round, .. } => {
                let known = self.known(*step);
                assert_eq!(
                    known.lock.take(),
                    Some(*round),
                    "{step:?} lets go of what it does not have"
                );
                known.asked = false;
            }
            Event::GivenUp { step, purpose, .. } => match purpose {
                Purpose::Forward => self.known(*step).went_by = true,
                Purpose::Compensation => self.known(*step).undo_given_up = true,
            },
            Event::CompensationStarted { .. } => {
                for step in self.plan.step_indexes() {
                    if self.plan.step(step).command_for(Purpose::Forward).is_none() {
                        self.known(step).asked = false;
                    }
                }
            }
            Event::SagaReopened { .. } => self.ended = false,
            Event::SagaCompleted => {
                self.no_lock_is_left();
                assert!(
                    self.plan.step_indexes().all(|step| self.has_gone_on(step)),
                    "completed before every step was done"
                );
                self.ended = true;
            }
            Event::SagaCompensated { .. } => {
                self.no_lock_is_left();
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
                self.in_time(step);
                self.within_its_bound(step);
                let known = self.known(step);
                assert!(
                    !known.asked && !known.done,
                    "{step:?} asked while it is awaited or done"
                );
                (known.asked, known.possibly_done) = (true, true);
            }
            Purpose::Compensation => {
                assert!(!self.pivot_done, "{step:?} taken back after the pivot");
                if !self.known(step).undo_begun {
                    self.in_order(step);
                }
                let known = self.known(step);
                assert!(!known.undo_asked && !known.undone, "{step:?} taken back twice");
                (known.undo_asked, known.undo_begun) = (true, true);
            }
        }
    }

    fn succeeded(&mut self, step: StepIndex, purpose: Purpose) {
        let known = self.known(step);
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
        let known = self.known(step);
        match purpose {
            Purpose::Forward => (known.asked, known.possibly_done) = (false, false),
            Purpose::Compensation => known.undo_asked = false,
        }
    }

    fn unanswered(&mut self, step: StepIndex, purpose: Purpose) {
        let known = self.known(step);
        match purpose {
            Purpose::Forward => known.asked = false,
            Purpose::Compensation => known.undo_asked = false,
        }
    }

    /// Nothing is awaited, and what may have been done and can be taken back was taken back, of it and of its items.
    fn is_settled(&self, step: StepIndex) -> bool {
        let items = self.items(step);
        if !items.is_empty() {
            return items.iter().all(|item| self.is_settled(*item));
        }
        let Some(known) = self.steps.get(&step) else {
            return true;
        };
        let owed = known.possibly_done && !known.undone && self.plan.step(step).compensation.is_some();
        !known.asked && !known.undo_asked && (!owed || known.undo_given_up)
    }

    /// Whether the saga goes on behind it.
    fn has_gone_on(&self, step: StepIndex) -> bool {
        self.steps.get(&step).is_some_and(|known| known.done || known.went_by)
    }

    fn in_time(&self, step: StepIndex) {
        let after = &self.plan.step(step).after;
        assert!(
            after.iter().all(|before| self.has_gone_on(*before)),
            "{step:?} before its time"
        );
        let taken = |other: &StepIndex| self.steps.get(other).is_some_and(|known| known.asked || known.done);
        assert!(
            !self.plan.step(step).unless.iter().any(taken),
            "{step:?} beside another alternative"
        );
    }

    fn within_its_bound(&self, step: StepIndex) {
        let Some(items) = self.plan.step(step).items.as_ref().filter(|_| step.item().is_some()) else {
            return;
        };
        let asked = |item: &StepIndex| *item != step && self.steps.get(item).is_some_and(|known| known.asked);
        let under_way = self.items(step.template()).into_iter().filter(asked).count();
        // A pause between two attempts counts as under way for the saga, and not here.
        assert!(under_way < usize::from(items.parallel), "too many items of {step:?}");
    }

    /// What came after it is settled: in the order of the graph, also what came after others that came after it.
    fn in_order(&self, step: StepIndex) {
        match self.plan.compensation_order {
            CompensationOrder::Parallel => {}
            CompensationOrder::Sequential => {
                for after in self.plan.step_indexes().filter(|other| *other > step.template()) {
                    assert!(self.is_settled(after), "{step:?} taken back before {after:?}");
                }
            }
            CompensationOrder::Reverse => {
                let mut open = self.plan.step(step).dependents.clone();
                while let Some(after) = open.pop() {
                    assert!(self.is_settled(after), "{step:?} taken back before {after:?}");
                    open.extend(&self.plan.step(after).dependents);
                }
            }
        }
    }

    fn items(&self, step: StepIndex) -> Vec<StepIndex> {
        let items = self.steps.get(&step).and_then(|known| known.items).unwrap_or(0);
        (0..items).filter_map(|number| step.of_item(number)).collect()
    }

    fn known(&mut self, step: StepIndex) -> &mut Known {
        self.steps.entry(step).or_default()
    }
}
