//! The fold.
use crate::{Context, Event, Saga, SagaId, Plan, Timestamp};
/// Folds one event.
pub fn evolve(_plan: &Plan, _id: &SagaId, _saga: Option<Saga>, _event: &Event, _at: Timestamp) -> Option<Saga> { let _ = std::mem::size_of::<Context<'static>>(); None }
