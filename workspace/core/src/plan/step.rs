//! One step.

use std::{sync::Arc, time::Duration};

use crate::{
    Action, CompensationPlan, Expression, ItemsPlan, MessageIndex, Purpose, Replies, RetryPolicy, StepIndex, StepName,
    SubSagaPlan, Trigger, WaitPlan,
};

/// Where a step stands to the pivot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Before the pivot, or the definition has none: the step can be taken back.
    Compensatable,
    /// The pivot: when it may have been done there is no way back.
    Pivot,
    /// After the pivot: retried, then suspended, never compensated.
    ForwardOnly,
}

/// One step.
#[derive(Debug)]
pub struct StepPlan {
    /// The id of the step.
    pub name: StepName,
    /// The steps that must be settled before this one begins: succeeded, passed over or given up. When there are some and
    /// none of them succeeded, this one is passed over as well.
    pub after: Vec<StepIndex>,
    /// The steps that name this one in their `after`.
    pub dependents: Vec<StepIndex>,
    /// Where the step stands to the pivot.
    pub zone: Zone,
    /// Whether the step is done at all, evaluated once, when its predecessors are settled; none: it is.
    pub when: Option<Arc<dyn Expression>>,
    /// The earlier alternatives of the same choice: the step is passed over when one of them was not.
    pub unless: Vec<StepIndex>,
    /// The elements for each of which the step is done; none: it is done once.
    pub items: Option<ItemsPlan>,
    /// What is done.
    pub action: Action,
    /// How long one attempt waits for its reply.
    pub timeout: Duration,
    /// How long all attempts and the pauses between them may take; for a command only. None: as long as the policy says.
    pub deadline: Option<Duration>,
    /// When and how often the step is tried again.
    pub retry: RetryPolicy,
    /// What happens when no attempt is left.
    pub on_exhausted: OnExhausted,
    /// The event that starts a suspended step again.
    pub resumed_by: Option<Trigger>,
    /// How the step is taken back; `None` when there is nothing to take back.
    pub compensation: Option<CompensationPlan>,
}

impl StepPlan {
    /// The message that asks for the step, or to take it back; none when no participant is asked.
    pub fn command_for(&self, purpose: Purpose) -> Option<MessageIndex> {
        match (purpose, &self.action) {
            (Purpose::Compensation, _) => self.compensation.as_ref().map(|compensation| compensation.command),
            (Purpose::Forward, Action::Command { message, .. }) => Some(*message),
            (Purpose::Forward, Action::SubSaga(sub_saga)) => Some(sub_saga.start),
            (Purpose::Forward, Action::Wait(_) | Action::Decision(_) | Action::Lock(_)) => None,
        }
    }

    /// The record types that answer the step's command; none when no participant is asked.
    pub fn replies(&self) -> Option<&Replies> {
        match &self.action {
            Action::Command { replies, .. } => Some(replies),
            Action::SubSaga(sub_saga) => Some(&sub_saga.replies),
            Action::Wait(_) | Action::Decision(_) | Action::Lock(_) => None,
        }
    }

    /// The record types that answer the step's command, or the command to take it back.
    pub fn replies_for(&self, purpose: Purpose) -> Option<&Replies> {
        match purpose {
            Purpose::Forward => self.replies(),
            Purpose::Compensation => self.compensation.as_ref().map(|compensation| &compensation.replies),
        }
    }

    /// The other saga that does the step.
    pub fn sub_saga(&self) -> Option<&SubSagaPlan> {
        match &self.action {
            Action::SubSaga(sub_saga) => Some(sub_saga),
            Action::Wait(_) | Action::Command { .. } | Action::Decision(_) | Action::Lock(_) => None,
        }
    }

    /// The event that the step waits for.
    pub fn event(&self) -> Option<&Trigger> {
        match &self.action {
            Action::Wait(WaitPlan::Event { trigger, .. }) => Some(trigger),
            Action::Wait(_) | Action::Command { .. } | Action::Decision(_) | Action::Lock(_) | Action::SubSaga(_) => {
                None
            }
        }
    }

    /// The key of the saga that such an event is for, when its record has another key.
    pub fn event_key(&self) -> Option<&Arc<dyn Expression>> {
        match &self.action {
            Action::Wait(wait) => wait.event_key(),
            Action::Command { .. } | Action::Decision(_) | Action::Lock(_) | Action::SubSaga(_) => None,
        }
    }

    /// How long one attempt waits for its reply.
    pub fn timeout_for(&self, purpose: Purpose) -> Duration {
        self.compensation_for(purpose)
            .map_or(self.timeout, |compensation| compensation.timeout)
    }

    /// How long all attempts and the pauses between them may take.
    pub fn deadline_for(&self, purpose: Purpose) -> Option<Duration> {
        match purpose {
            Purpose::Forward => self.deadline,
            Purpose::Compensation => None,
        }
    }

    /// When and how often the step, or taking it back, is tried again.
    pub fn retry_for(&self, purpose: Purpose) -> &RetryPolicy {
        self.compensation_for(purpose)
            .map_or(&self.retry, |compensation| &compensation.retry)
    }

    fn compensation_for(&self, purpose: Purpose) -> Option<&CompensationPlan> {
        match purpose {
            Purpose::Forward => None,
            Purpose::Compensation => self.compensation.as_ref(),
        }
    }
}

/// What happens to a step when no attempt is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExhausted {
    /// The saga waits for a person, a resuming event, or a late success.
    Suspend,
    /// The saga is compensated; a step whose outcome is unknown counts as possibly done.
    Compensate,
    /// The step is given up and the saga goes on without it, after a definite refusal too. A step whose outcome is
    /// unknown is taken back nevertheless when the saga turns back.
    Continue,
}
