//! Saga events, made by hand.

use palinode_core::{Attempt, InputId, Purpose, Round, SagaId, Sequence, Timestamp};
use palinode_wire::journal::SagaRecord;

/// A saga event that is written.
#[derive(Clone)]
pub(crate) struct Written(pub(super) SagaRecord);

/// The event `event_type`, number `sequence`, of the order `key`.
pub(crate) fn event(key: &str, sequence: u64, event_type: &'static str, cause: &str) -> Written {
    let id = SagaId::new("order-fulfilment", key);
    let cause = InputId::from(cause);
    Written(SagaRecord::blank(
        &id,
        1,
        Sequence(sequence),
        Timestamp(0),
        &cause,
        event_type,
    ))
}

impl Written {
    /// Of a step, going forward.
    pub(crate) fn of(mut self, step: &str, round: u32, attempt: u32) -> Self {
        self.0.step = Some(step.into());
        self.0.purpose = Some(Purpose::Forward);
        self.0.round = Some(Round(round));
        self.0.attempt = Some(Attempt(attempt));
        self
    }

    /// Of taking a step back.
    pub(crate) fn undoing(mut self, step: &str, round: u32) -> Self {
        self = self.of(step, round, round);
        self.0.purpose = Some(Purpose::Compensation);
        self
    }

    /// For this reason.
    pub(crate) fn coded(mut self, code: &'static str) -> Self {
        self.0.code = Some(code.into());
        self.0.reason = Some(code.into());
        self
    }
}
