//! A decision in the making: the events so far, the state that they lead to, and what they send.

use crate::{
    Action, Attempt, Context, Direction, Effect, EvaluationError, Event, ParentAnswer, Plan, Purpose, Reason,
    ReasonCode, RejectionCode, Request, RequestStatus, Round, Saga, SagaId, SagaState, StepIndex, Transition,
    effects::{Missing, Told, gather},
    evolve, reasons,
};

use super::{decision, lock, name, wait};

/// What becomes of the messages that the events ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// They are of no interest.
    Nothing,
    /// All are gathered; one that has no value spoils the decision.
    Everything,
    /// Emissions that have a value, and answers to a parent, are gathered. The decision is held: nothing is asked of
    /// participants and the saga does not end.
    Held,
}

/// The events so far and the state that they lead to.
pub(crate) struct Draft<'a> {
    pub(super) context: Context<'a>,
    pub(super) id: &'a SagaId,
    saga: Option<Saga>,
    events: Vec<Event>,
    effects: Vec<Effect>,
    sending: Sending,
    refusal: Option<EvaluationError>,
    held: Option<(StepIndex, Purpose)>,
}

impl<'a> Draft<'a> {
    /// A decision on `saga` without events.
    pub(crate) fn new(context: Context<'a>, id: &'a SagaId, saga: Option<Saga>, sending: Sending) -> Self {
        // A saga that moves has the steps of another version before its first event.
        if let Some(Saga::Open(state)) = &saga
            && state.version == context.plan.version
        {
            assert_eq!(
                state.static_steps(),
                context.plan.steps.len(),
                "an open saga has the steps of its plan"
            );
        }
        Self {
            context,
            id,
            saga,
            events: Vec::new(),
            effects: Vec::new(),
            sending,
            refusal: None,
            held: None,
        }
    }

    /// The events alone.
    pub(crate) fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// What the decision leads to.
    ///
    /// # Errors
    /// When a message that has to be sent has no value.
    pub(crate) fn into_transition(self) -> Result<Transition, EvaluationError> {
        match self.refusal {
            Some(error) => Err(error),
            None => Ok(Transition {
                events: self.events,
                effects: self.effects,
                saga: self.saga,
            }),
        }
    }

    /// What a held decision leads to. All that it sends may be left out, so that it has no errors.
    pub(crate) fn into_held(self) -> Transition {
        Transition {
            events: self.events,
            effects: self.effects,
            saga: self.saga,
        }
    }

    /// Ends a held decision: the saga waits, for `reason`, unless the decision itself suspended it or only refused the
    /// input, which asks for nothing that could be held.
    pub(crate) fn hold(&mut self, reason: &Reason) {
        let suspends = |event: &Event| matches!(event, Event::SagaSuspended { .. });
        let refuses = |event: &Event| matches!(event, Event::InputRejected { .. });
        let is_refused = !self.events.is_empty() && self.events.iter().all(refuses);
        if self.open().is_some() && !is_refused && !self.events.iter().any(suspends) {
            self.push(Event::SagaSuspended {
                step: self.held,
                reason: reason.clone(),
            });
        }
    }

    /// Whether nothing new may be asked and the saga may not end.
    pub(super) fn is_held(&self) -> bool {
        self.sending == Sending::Held
    }

    pub(super) fn plan(&self) -> &'a Plan {
        self.context.plan
    }

    pub(super) fn saga(&self) -> Option<&Saga> {
        self.saga.as_ref()
    }

    /// The state, when the saga is open.
    pub(super) fn open(&self) -> Option<&SagaState> {
        self.saga().and_then(Saga::open)
    }

    /// Whether the saga is open and goes forward.
    pub(super) fn goes_forward(&self) -> bool {
        self.open().is_some_and(|state| state.direction == Direction::Forward)
    }

    /// The request for `step` and `purpose` of the open saga; `None` as well when the plan has no such step.
    pub(super) fn request_of(&self, step: StepIndex, purpose: Purpose) -> Option<Request> {
        self.open()?.get(step).map(|step| *step.request(purpose))
    }

    /// Whether the saga is open and suspended.
    pub(super) fn is_suspended(&self) -> bool {
        self.open().is_none_or(|state| state.suspended.is_some())
    }

    /// Whether the saga is suspended and waits for this.
    pub(super) fn waits_for(&self, step: StepIndex, purpose: Purpose) -> bool {
        let suspension = self.open().and_then(|state| state.suspended.as_ref());
        suspension.is_some_and(|known| known.step == Some((step, purpose)))
    }

    /// Whether `attempt` of doing the step is the one that waits.
    pub(super) fn is_pending(&self, step: StepIndex, attempt: Attempt) -> bool {
        self.request_of(step, Purpose::Forward).is_some_and(|request| {
            request.attempt == attempt && matches!(request.status, RequestStatus::Pending { .. })
        })
    }

    /// Adds `event` and folds it. What it sends is evaluated over the state that it leads to, or, when it ends the
    /// saga, over the last state.
    pub(super) fn push(&mut self, event: Event) {
        let ends = event.outcome().is_some();
        if ends {
            self.tell(&event);
        }
        self.saga = evolve(self.context.plan, self.id, self.saga.take(), &event, self.context.now);
        if !ends {
            self.tell(&event);
        }
        self.events.push(event);
    }

    /// Asks for `step`, or to take it back, or begins its wait; of a held decision only notes that it would have.
    pub(super) fn request(&mut self, step: StepIndex, purpose: Purpose, round: Round) {
        if self.is_held() {
            self.held = Some((step, purpose));
            return;
        }
        let plan = self.plan().step(step);
        match (purpose, &plan.action) {
            (Purpose::Forward, Action::Wait(wait)) => return wait::begin(self, step, wait),
            (Purpose::Forward, Action::Decision(question)) => return decision::ask(self, step, question),
            (Purpose::Forward, Action::Lock(plan)) => return lock::ask(self, step, round, plan),
            (Purpose::Forward, Action::SubSaga(sub_saga)) => {
                if !name::name(self, step, sub_saga) {
                    return;
                }
            }
            (Purpose::Forward, Action::Command { .. }) | (Purpose::Compensation, _) => {}
        }
        let Some(request) = self.request_of(step, purpose) else {
            return;
        };
        let now = self.context.now;
        let attempt = Attempt(request.attempt.0.saturating_add(1));
        let mut due = now.plus(plan.timeout_for(purpose));
        if let Some(deadline) = plan.deadline_for(purpose) {
            due = due.min(request.deadline_at.unwrap_or_else(|| now.plus(deadline)));
        }
        self.push(Event::Requested {
            step,
            purpose,
            round,
            attempt,
            due,
        });
    }

    /// Answers the parent at once.
    pub(super) fn answer(&mut self, answer: ParentAnswer) {
        if self.sending != Sending::Nothing {
            self.effects.push(Effect::Answer(answer));
        }
    }

    /// Lets the saga wait for `step`. One that waits already goes on waiting for what it waits for; only the reason of
    /// the same wait may change.
    pub(super) fn suspend(&mut self, step: StepIndex, purpose: Purpose, reason: Reason) {
        let step = Some((step, purpose));
        if self
            .open()
            .is_some_and(|state| state.suspended.as_ref().is_none_or(|known| known.step == step))
        {
            self.push(Event::SagaSuspended { step, reason });
        }
    }

    /// Goes on, when the saga waits for what has just succeeded. A saga that waits because of its deadline goes on
    /// with any success: it makes headway after all.
    pub(super) fn resume_after(&mut self, step: StepIndex, purpose: Purpose) {
        let waits_for_it = self
            .open()
            .and_then(|state| state.suspended.as_ref())
            .is_some_and(|known| {
                known.step == Some((step, purpose))
                    || known.step.is_none() && known.reason.code == ReasonCode::DeadlinePassed
            });
        if waits_for_it {
            self.push(Event::SagaResumed);
        }
    }

    /// Turns back.
    pub(super) fn turn_back(&mut self, reason: Reason) {
        lock::withdraw(self);
        self.push(Event::CompensationStarted { reason });
        super::advance::advance(self);
    }

    /// Refuses the input. A step that the plan does not have is not named.
    pub(super) fn reject(&mut self, code: RejectionCode, step: Option<(StepIndex, Purpose)>) {
        self.reject_because(code, step, reasons::rejected(code));
    }

    /// Refuses the input for a reason of its own.
    pub(super) fn reject_because(&mut self, code: RejectionCode, step: Option<(StepIndex, Purpose)>, reason: Reason) {
        let step = step.filter(|(step, _)| self.plan().has_step(*step));
        self.push(Event::InputRejected { code, step, reason });
    }

    /// Whether the saga is open. An input for `step` of one that is not is refused.
    pub(super) fn is_open_for(&mut self, step: Option<(StepIndex, Purpose)>) -> bool {
        let code = match &self.saga {
            Some(Saga::Open(_)) => return true,
            Some(Saga::Closed(_)) => RejectionCode::SagaClosed,
            None | Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) => RejectionCode::UnknownSaga,
        };
        self.reject(code, step);
        false
    }

    fn tell(&mut self, event: &Event) {
        let missing = match self.sending {
            Sending::Nothing => return,
            Sending::Everything => Missing::Refused,
            Sending::Held => Missing::Dropped,
        };
        let state = match &self.saga {
            Some(Saga::Open(state)) => state,
            Some(Saga::Closed(closed)) => match &closed.memory {
                Some(state) => state,
                None => return,
            },
            Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) | None => return,
        };
        let known = self.saga.as_ref().map_or(state.sequence, Saga::sequence);
        let sequence = if event.outcome().is_some() { known.next() } else { known };
        let told = Told {
            context: self.context,
            state,
            sequence,
            event,
        };
        if let Err(error) = gather(&told, missing, &mut self.effects) {
            self.refusal.get_or_insert(error);
        }
    }
}
