//! What follows from an input.
use crate::{Context, Event, Input, Saga, SagaId};
/// Decides.
pub fn decide(_context: Context<'_>, _id: &SagaId, _saga: Option<&Saga>, _input: &Input) -> Vec<Event> { Vec::new() }
