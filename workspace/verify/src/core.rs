//! What decides about the saga: the core, or, in the tests of this crate, a core with a mistake.

use palinode_core::{Context, Input, Saga, SagaId, Transition, transition};

/// Takes one input of a saga.
pub trait Core {
    /// What `input` leads to, as [`palinode_core::transition`] says it.
    fn transition(&self, context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition;
}

/// The core that runs in production.
#[derive(Clone, Copy, Debug, Default)]
pub struct Production;

impl Core for Production {
    fn transition(&self, context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition {
        transition(context, id, saga, input)
    }
}
