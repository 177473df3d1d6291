//! What an event says to somebody else: to a lock, or to a saga that asks for one.
//!
//! A copy of the event goes to the inbox partition of whom it is for, in the transaction that journals it. The copy is the
//! message: it needs no schema of its own, and who reads it knows from which event it comes.

use palinode_core::{LockAnswer, LockInput, LockKey, LockRequest, ReasonCode, Round, SagaId, StepName};

use super::SagaRecord;

/// What an event says to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A saga tells a lock.
    Lock {
        /// The lock.
        key: LockKey,
        /// What it is told.
        input: LockInput,
    },
    /// A lock tells a saga.
    Saga {
        /// The saga.
        id: SagaId,
        /// The step that asked for the lock.
        step: StepName,
        /// The request.
        round: Round,
        /// The answer.
        answer: LockAnswer,
    },
}

impl Told {
    /// The key by whose partition it goes.
    pub fn key(&self) -> &str {
        match self {
            Self::Lock { key, .. } => key.as_str(),
            Self::Saga { id, .. } => id.key.as_str(),
        }
    }
}

impl SagaRecord {
    /// What the event says to somebody else; most say nothing.
    pub fn told(&self) -> Option<Told> {
        if self.asker.is_some() {
            return self.told_saga();
        }
        let key = self.lock.clone()?;
        let request = LockRequest {
            saga: self.id.clone(),
            step: self.step.clone()?,
            round: self.round?,
        };
        let input = match &*self.event_type {
            "LockAsked" => LockInput::Ask(request),
            "LockReleased" => LockInput::LetGo(request),
            // Who was one too many does not wait.
            "LockMissed" if self.code.as_deref() != Some(ReasonCode::LockQueueFull.as_str()) => {
                LockInput::LetGo(request)
            }
            _ => return None,
        };
        Some(Told::Lock { key, input })
    }

    fn told_saga(&self) -> Option<Told> {
        let answer = self.lock_event().ok()?.answer()?;
        Some(Told::Saga {
            id: self.asker.clone()?,
            step: self.step.clone()?,
            round: self.round?,
            answer,
        })
    }
}
