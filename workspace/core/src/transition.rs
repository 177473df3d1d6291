//! One input, from decision to effects.

use crate::{Context, Effect, Event, Input, Saga, SagaId};

/// What one input leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What has to be sent, in order.
    pub effects: Vec<Effect>,
    /// The state after it; `None` when still nothing is known of the saga.
    pub saga: Option<Saga>,
}

/// Decides on `input`, folds the events into the state, and gathers the effects. When an expression has no value the
/// saga is suspended with that reason instead, and nothing of the first decision remains.
pub fn transition(_context: Context<'_>, _id: &SagaId, _saga: Option<Saga>, _input: &Input) -> Transition {
    Transition { events: Vec::<Event>::new(), effects: Vec::<Effect>::new(), saga: None }
}
