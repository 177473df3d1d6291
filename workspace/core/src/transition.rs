//! One input, from decision to effects.

use crate::{
    Context, Effect, Event, Input, Reason, Saga, SagaId,
    decide::{Draft, Sending, command},
    reasons,
};

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
/// saga is suspended with that reason instead, as [`transition_refused`] does, and nothing of the first decision
/// remains.
pub fn transition(context: Context<'_>, id: &SagaId, saga: Option<Saga>, input: &Input) -> Transition {
    let mut draft = Draft::new(context, id, saga.clone(), Sending::Everything);
    command(&mut draft, input);
    draft
        .into_transition()
        .unwrap_or_else(|error| transition_refused(context, id, saga, input, &reasons::expression_failed(&error)))
}

/// What `input` leads to when what its transition wanted to send is refused, for `reason`: it has no value, cannot be
/// encoded, or the broker does not take it.
///
/// The input's own events are recorded (a reply, a time-out, turning back), but nothing is asked of a participant and
/// the saga does not end: it is suspended. Once resumed it goes on from its state, so that what was to be sent is sent
/// then. `saga` is the state before the input.
///
/// The only effects are emissions; those without a value are left out, and the caller may leave out any of them.
pub fn transition_refused(
    context: Context<'_>,
    id: &SagaId,
    saga: Option<Saga>,
    input: &Input,
    reason: &Reason,
) -> Transition {
    let mut draft = Draft::new(context, id, saga, Sending::Held);
    command(&mut draft, input);
    draft.hold(reason);
    draft.into_held()
}
