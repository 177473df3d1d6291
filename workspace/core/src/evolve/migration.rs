//! Moving to another version, and back.

use crate::{Expansion, Migrated, Moved, RequestStatus, Saga, SagaState, StepIndex, StepState, Suspension, Timestamp};

use super::lifecycle::counted;

/// The saga with the steps of its new plan. The one before is kept until something else happens.
pub(super) fn migrated(state: &mut SagaState, migration: &Migrated) {
    let mut before = state.clone();
    if let Some(moved) = &mut before.moved {
        moved.before = None;
    }
    moved(state, migration);
    if let Some(moved) = &mut state.moved {
        moved.before = Some(Box::new(before));
    }
}

/// The saga with the steps of its new plan. A step or an item that the fold cannot find is one that was not begun.
pub(crate) fn moved(state: &mut SagaState, migration: &Migrated) {
    let step_of = |step: &crate::MigratedStep| match step.was.and_then(|was| state.get(was)) {
        Some(known) => known.clone(),
        None => {
            let mut new = StepState::default();
            if step.passed_over {
                new.forward.status = RequestStatus::PassedOver;
            }
            new
        }
    };
    let mut steps: Vec<StepState> = migration.steps.iter().map(step_of).collect();
    let new_index = |was: StepIndex| -> Option<StepIndex> {
        let at = migration
            .steps
            .iter()
            .position(|step| step.was == Some(was.template()))?;
        let index = StepIndex(u16::try_from(at).ok()?);
        was.item().map_or(Some(index), |item| index.of_item(item))
    };
    let mut expansions = Vec::with_capacity(state.expansions.len());
    for known in &state.expansions {
        let (Some(step), Ok(first)) = (new_index(known.step), u16::try_from(steps.len())) else {
            continue;
        };
        steps.extend(state.items(known.step).filter_map(|item| state.get(item)).cloned());
        expansions.push(Expansion {
            step,
            first,
            items: known.items,
        });
    }
    if let Some(Suspension { step, .. }) = &mut state.suspended {
        *step = step.and_then(|(step, purpose)| Some((new_index(step)?, purpose)));
    }
    let known = state.moved.take().map(|moved| moved.defaults).unwrap_or_default();
    let older = known
        .into_iter()
        .filter(|known| migration.defaults.iter().all(|default| default.path != known.path));
    state.moved = Some(Box::new(Moved {
        defaults: migration.defaults.iter().cloned().chain(older).collect(),
        before: None,
    }));
    state.version = migration.to;
    state.steps = steps;
    state.expansions = expansions;
}

/// The saga as it was before it was moved, when nothing has happened since.
pub(super) fn undone(saga: Option<Saga>, at: Timestamp) -> Option<Saga> {
    Some(match counted(saga?) {
        Saga::Open(mut state) => {
            let sequence = state.sequence;
            if let Some(before) = state.moved.as_mut().and_then(|moved| moved.before.take()) {
                *state = *before;
            }
            state.sequence = sequence;
            state.changed_at = at;
            Saga::Open(state)
        }
        other => other,
    })
}

/// Something else happens to the saga: the way back is closed.
pub(super) fn went_on(state: &mut SagaState) {
    if let Some(moved) = &mut state.moved {
        moved.before = None;
    }
}
