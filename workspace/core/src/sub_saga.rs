//! Sagas that are a step of another saga.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{IdempotencyKey, Payload, Purpose, Reason, Round, SagaId, StepName};

/// The step of another saga that a saga is done for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The saga that asks.
    pub saga: SagaId,
    /// Its step, or the item of its step.
    pub step: StepName,
    /// The request of that step.
    pub round: Round,
    /// How many sagas stand above this one: 1 for a sub-saga of a saga that nobody asked for.
    pub depth: u16,
}

impl Parent {
    /// Whether `other` names the same step.
    pub fn is_of_same_step(&self, other: &Self) -> bool {
        self.saga == other.saga && self.step == other.step
    }

    /// The request of the parent for `purpose` and `round`.
    pub fn request(&self, purpose: Purpose, round: Round) -> IdempotencyKey {
        IdempotencyKey {
            saga: self.saga.clone(),
            step: self.step.clone(),
            purpose,
            round,
        }
    }
}

/// What a sub-saga knows of its parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentState {
    /// The step that it is done for.
    pub parent: Parent,
    /// The request of the parent that takes it back.
    pub taken_back: Option<Round>,
}

/// What a saga is asked by its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubSagaInput {
    /// To begin.
    Begin {
        /// The start event.
        payload: Payload,
        /// The correlation id of the parent.
        correlation: Arc<str>,
        /// The trace of the parent.
        traceparent: Option<Arc<str>>,
    },
    /// To take back what it did, whether it is under way or done.
    TakeBack,
}

/// A sub-saga that a step asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubSaga {
    /// The sub-saga.
    pub id: SagaId,
    /// How many sagas stand above it.
    pub depth: u16,
}

/// What a sub-saga, or the saga that has its key, answers to the parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentAnswer {
    /// The request that is answered.
    pub request: IdempotencyKey,
    /// Why it was not done; none when it was.
    pub refusal: Option<Reason>,
}
