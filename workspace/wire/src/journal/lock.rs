//! Events of locks as the journal's flat records.

use palinode_core::{
    InputId, LOCK_DEFINITION, LockEvent, LockKey, LockRequest, LockState, Purpose, Reason, ReasonCode, RejectionCode,
    Sequence, Timestamp,
};

use super::{JournalError, SagaRecord};

/// The version that stands in the records of locks, which follow no definition.
const VERSION: u32 = 1;

/// The class of the refusal of one too many, and its words.
const FULL: &str = "LOCK_QUEUE_FULL";
const FULL_TEXT: &str = "too many wait for the lock already";

impl SagaRecord {
    /// Whether it happened to a lock, and to no saga.
    pub fn is_of_lock(&self) -> bool {
        self.id.definition.as_str() == LOCK_DEFINITION
    }

    /// The record of an event of the lock `key`.
    pub fn from_lock_event(
        key: &LockKey,
        sequence: Sequence,
        time: Timestamp,
        cause: &InputId,
        event: &LockEvent,
    ) -> Self {
        let event_type = match event {
            LockEvent::Taken { .. } => "LockTaken",
            LockEvent::Awaited { .. } => "LockAwaited",
            LockEvent::Left { .. } => "LockLeft",
            LockEvent::Overfull { .. } | LockEvent::Rejected { .. } => "InputRejected",
        };
        let mut record = Self::blank(&LockState::id(key), VERSION, sequence, time, cause, event_type);
        let request = event.request();
        record.asker = Some(request.saga.clone());
        record.step = Some(request.step.clone());
        record.purpose = Some(Purpose::Forward);
        record.round = Some(request.round);
        match event {
            LockEvent::Awaited { place, .. } => record.place = Some(*place),
            LockEvent::Rejected { reason, .. } => record.because(RejectionCode::NotAwaited.as_str(), reason),
            LockEvent::Overfull { .. } => record.because(FULL, &Reason::new(ReasonCode::LockQueueFull, FULL_TEXT)),
            LockEvent::Taken { .. } | LockEvent::Left { .. } => {}
        }
        record
    }

    /// The event of a lock that the record tells of.
    ///
    /// # Errors
    /// When the type is not known here, or a field is missing.
    pub fn lock_event(&self) -> Result<LockEvent, JournalError> {
        let request = LockRequest {
            saga: self.needed("asker", self.asker.clone())?,
            step: self.needed("step", self.step.clone())?,
            round: self.needed("round", self.round)?,
        };
        Ok(match &*self.event_type {
            "LockTaken" => LockEvent::Taken { request },
            "LockAwaited" => LockEvent::Awaited {
                request,
                place: self.needed("place", self.place)?,
            },
            "LockLeft" => LockEvent::Left { request },
            "InputRejected" if self.code.as_deref() == Some(FULL) => LockEvent::Overfull { request },
            "InputRejected" => LockEvent::Rejected {
                request,
                reason: Reason {
                    code: ReasonCode::Rejected,
                    text: self.needed("reason", self.reason.clone())?,
                },
            },
            other => {
                return Err(JournalError::UnknownWord {
                    field: "type",
                    word: other.to_owned(),
                });
            }
        })
    }
}
