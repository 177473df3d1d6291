//! The steps of small plans.

use std::{sync::Arc, time::Duration};

use crate::{CompensationExhausted, Expression, ItemsPlan, OnExhausted, OnTimeout};

use super::{Field, Is};

/// A step in the making. Without more it has one attempt, no compensation, and suspends when nobody answers.
#[derive(Clone, Debug)]
pub(crate) struct StepBuilder {
    pub(super) name: String,
    pub(super) after: Vec<u16>,
    pub(super) compensated: bool,
    pub(super) pivot: bool,
    pub(super) attempts: u32,
    pub(super) on_exhausted: OnExhausted,
    pub(super) compensation_exhausted: CompensationExhausted,
    pub(super) retry_when: Option<Arc<dyn Expression>>,
    pub(super) jitter: f64,
    pub(super) deadline: Option<Duration>,
    pub(super) when: Option<Arc<dyn Expression>>,
    pub(super) unless: Vec<u16>,
    pub(super) items: Option<ItemsPlan>,
    pub(super) does: Does,
}

/// What a step of a test does.
#[derive(Clone, Debug)]
pub(super) enum Does {
    Command,
    WaitFor(Duration),
    WaitUntil(Arc<dyn Expression>),
    WaitForEvent(OnTimeout),
    Decide,
    Lock(Arc<dyn Expression>, OnTimeout, Vec<u16>),
    SubSaga(Arc<dyn Expression>),
}

pub(crate) fn step(name: impl Into<String>) -> StepBuilder {
    StepBuilder {
        name: name.into(),
        after: Vec::new(),
        compensated: false,
        pivot: false,
        attempts: 1,
        on_exhausted: OnExhausted::Suspend,
        compensation_exhausted: CompensationExhausted::Suspend,
        retry_when: None,
        jitter: 0.0,
        deadline: None,
        when: None,
        unless: Vec::new(),
        items: None,
        does: Does::Command,
    }
}

impl StepBuilder {
    pub(crate) fn after(mut self, steps: &[u16]) -> Self {
        self.after = steps.to_vec();
        self
    }

    pub(crate) fn compensated(mut self) -> Self {
        self.compensated = true;
        self
    }

    pub(crate) fn uncompensated(mut self) -> Self {
        self.compensated = false;
        self
    }

    pub(crate) fn pivot(mut self) -> Self {
        self.pivot = true;
        self
    }

    pub(crate) fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    pub(crate) fn compensate_when_exhausted(mut self) -> Self {
        self.on_exhausted = OnExhausted::Compensate;
        self
    }

    /// Given up when no attempt is left, or when it is refused.
    pub(crate) fn optional(mut self) -> Self {
        self.on_exhausted = OnExhausted::Continue;
        self
    }

    /// Whose compensation is given up when no attempt is left.
    pub(crate) fn undone_if_possible(mut self) -> Self {
        self.compensation_exhausted = CompensationExhausted::Continue;
        self
    }

    pub(crate) fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter;
        self
    }

    pub(crate) fn within(mut self, seconds: u64) -> Self {
        self.deadline = Some(Duration::from_secs(seconds));
        self
    }

    pub(crate) fn when(mut self, condition: impl Expression + 'static) -> Self {
        self.when = Some(Arc::new(condition));
        self
    }

    pub(crate) fn unless(mut self, alternatives: &[u16]) -> Self {
        self.unless = alternatives.to_vec();
        self
    }

    /// Done for each element of the array at `path`, at most ten.
    pub(crate) fn for_each(self, path: &'static str, parallel: u16) -> Self {
        self.for_each_of(Field(path), parallel)
    }

    pub(crate) fn for_each_of(mut self, list: impl Expression + 'static, parallel: u16) -> Self {
        self.items = Some(ItemsPlan {
            list: Arc::new(list),
            parallel,
            max: 10,
        });
        self
    }

    pub(crate) fn waits_for(mut self, seconds: u64) -> Self {
        self.does = Does::WaitFor(Duration::from_secs(seconds));
        self
    }

    pub(crate) fn waits_until(mut self, time: impl Expression + 'static) -> Self {
        self.does = Does::WaitUntil(Arc::new(time));
        self
    }

    /// Waits for its event, a minute at the most.
    pub(crate) fn waits_for_event(mut self, on_timeout: OnTimeout) -> Self {
        self.does = Does::WaitForEvent(on_timeout);
        self
    }

    /// Asks whether to `approve` or to `reject`, an hour at the most; then it is rejected.
    pub(crate) fn decides(mut self) -> Self {
        self.does = Does::Decide;
        self
    }

    /// Takes the lock that `key` names; waits for it half a minute at the most.
    pub(crate) fn locks(mut self, key: impl Expression + 'static, on_timeout: OnTimeout) -> Self {
        self.does = Does::Lock(Arc::new(key), on_timeout, Vec::new());
        self
    }

    /// Gives its lock back when `steps` are settled.
    pub(crate) fn releases_after(mut self, steps: &[u16]) -> Self {
        if let Does::Lock(_, _, until) = &mut self.does {
            *until = steps.to_vec();
        }
        self
    }

    /// Another saga, `stay/<key>`, is asked to do it.
    pub(crate) fn sub_saga(mut self, key: impl Expression + 'static) -> Self {
        self.does = Does::SubSaga(Arc::new(key));
        self
    }

    pub(crate) fn retried_on(self, code: &'static str) -> Self {
        self.retried_when(Is("reply.code", code))
    }

    pub(crate) fn retried_when(mut self, when: impl Expression + 'static) -> Self {
        self.retry_when = Some(Arc::new(when));
        self
    }
}
