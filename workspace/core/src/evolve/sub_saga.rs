//! Sagas that are steps of others: what each knows of the other.

use crate::{Parent, ParentState, Round, SagaId, SagaState, StepIndex};

/// The name stays, whatever the expression that gave it would give later.
pub(super) fn named(state: &mut SagaState, step: StepIndex, id: &SagaId) {
    if let Some(step) = state.get_mut(step) {
        step.sub_saga.get_or_insert_with(|| Box::new(id.clone()));
    }
}

pub(super) fn parent_named(state: &mut SagaState, parent: &Parent) {
    state.parent = Some(Box::new(ParentState {
        parent: parent.clone(),
        taken_back: None,
    }));
}

pub(super) fn taken_back(state: &mut SagaState, round: Round) {
    if let Some(known) = &mut state.parent {
        known.taken_back = Some(round);
    }
}
