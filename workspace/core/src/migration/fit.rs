//! Whether a saga can move.

use std::{mem::discriminant, sync::Arc};

use super::{Migrated, MigratedStep, Migration, Unmovable};
use crate::{
    Action, Direction, Expression, FieldName, MessagePlan, Plan, Purpose, Request, RequestStatus, Saga, SagaState,
    StepIndex, StepPlan, StepState, WaitPlan, decide::is_past_pivot, evolve::moved,
};

/// What `migration` makes of `saga`; `from` and `to` are the plans of its two versions.
///
/// A saga moves when the state that it has is one that it could have in the other version: everything before what was
/// begun is settled, and what was begun is the same to those who do it.
///
/// # Errors
/// Why it stays as it is.
pub fn migrated(from: &Plan, to: &Plan, saga: Option<&Saga>, migration: &Migration) -> Result<Migrated, Unmovable> {
    let state = saga.and_then(Saga::open).ok_or(Unmovable::NotOpen)?;
    let version = state.version;
    if version == migration.to {
        return Err(Unmovable::Already { version });
    }
    if version != migration.from || from.version != version || to.version != migration.to {
        return Err(Unmovable::OtherVersion { version });
    }
    if state.direction != Direction::Forward {
        return Err(Unmovable::GoesBack);
    }
    let mut steps = new_steps(to);
    for step in from.step_indexes() {
        let name = &from.step(step).name;
        match to.step_named(migration.name_of(name).as_str()) {
            Some(index) => {
                if is_begun(state.step(step)) {
                    same_to_others((from, step), (to, index))?;
                }
                if may_be_repeated(&state.step(step).forward) && content(from, step) != content(to, index) {
                    let step = from.step(step).name.clone();
                    let what = "is asked with other fields, though it may be asked again under its key";
                    return Err(Unmovable::Otherwise { step, what });
                }
                steps[index.at()].was = Some(step);
            }
            None if is_begun(state.step(step)) => return Err(Unmovable::Gone { step: name.clone() }),
            None => {}
        }
    }
    for step in to.step_indexes().rev() {
        settled_before(to, state, &mut steps, migration, step)?;
    }
    let migrated = Migrated {
        from: migration.from,
        to: migration.to,
        steps,
        defaults: migration.defaults.clone(),
    };
    let mut after = state.clone();
    moved(&mut after, &migrated);
    if is_past_pivot(from, state) != is_past_pivot(to, &after) {
        return Err(Unmovable::Pivot);
    }
    Ok(migrated)
}

/// Whether `saga` can return from version `to` to version `from`: nothing has happened to it since it was moved.
///
/// # Errors
/// Why it stays as it is.
pub fn returned(saga: Option<&Saga>, from: u32, to: u32) -> Result<(), Unmovable> {
    let state = saga.and_then(Saga::open).ok_or(Unmovable::NotOpen)?;
    let version = state.version;
    if version == from {
        return Err(Unmovable::Already { version });
    }
    if version != to {
        return Err(Unmovable::OtherVersion { version });
    }
    let moved = state.moved.as_ref().ok_or(Unmovable::NotMoved)?;
    match &moved.before {
        Some(before) if before.version == from => Ok(()),
        _ => Err(Unmovable::WentOn),
    }
}

fn new_steps(to: &Plan) -> Vec<MigratedStep> {
    let new = |step: &StepPlan| MigratedStep {
        step: step.name.clone(),
        was: None,
        passed_over: false,
    };
    to.steps.iter().map(new).collect()
}

/// Whether anything was asked, came or was decided for the step.
fn is_begun(step: &StepState) -> bool {
    let untouched = |status| matches!(status, RequestStatus::NotRequested | RequestStatus::PassedOver);
    !untouched(step.forward.status)
        || step.compensation.status != RequestStatus::NotRequested
        || step.reply.is_some()
        || step.decision.is_some()
}

/// Whether the next command may have the idempotency key of the last: what a participant has seen under a key does not
/// change. Items stand with their step.
fn may_be_repeated(request: &Request) -> bool {
    match request.status {
        RequestStatus::Pending { .. } | RequestStatus::Unknown | RequestStatus::Expanded => true,
        RequestStatus::Paused { .. } => request.unanswered,
        _ => false,
    }
}

/// What the step asks with.
fn content(plan: &Plan, step: StepIndex) -> Vec<(&FieldName, &str)> {
    let fields = asked_with(plan, plan.step(step)).map_or(&[][..], |message| &message.fields[..]);
    fields
        .iter()
        .map(|field| (&field.name, field.expression.source()))
        .collect()
}

/// Whether a step that was begun is the same thing to participants, to services that send its event, and to replies and
/// events that are still on their way.
fn same_to_others((from, old): (&Plan, StepIndex), (to, new): (&Plan, StepIndex)) -> Result<(), Unmovable> {
    let (before, after) = (from.step(old), to.step(new));
    let otherwise = |what| {
        Err(Unmovable::Otherwise {
            step: before.name.clone(),
            what,
        })
    };
    if discriminant(&before.action) != discriminant(&after.action) {
        return otherwise("does something else");
    }
    let list = |step: &StepPlan| step.items.as_ref().map(|items| items.list.source().to_owned());
    if list(before) != list(after) {
        return otherwise("is not done for the same items");
    }
    match (&before.action, &after.action) {
        (Action::Wait(before), Action::Wait(after)) if !same_wait(before, after) => {
            return otherwise("waits for something else");
        }
        (Action::Wait(_), _) | (Action::Decision(_), _) => return Ok(()),
        _ => {}
    }
    if before.name != after.name {
        return Err(Unmovable::KnownByName {
            step: before.name.clone(),
        });
    }
    if before.replies() != after.replies() {
        return otherwise("is answered by other records");
    }
    if address(from, before) != address(to, after) {
        return otherwise("is asked by another record");
    }
    match (before.sub_saga(), after.sub_saga()) {
        (Some(before), Some(after)) if before.definition != after.definition => {
            otherwise("is a saga of another definition")
        }
        (Some(before), Some(after)) if before.key.source() != after.key.source() => {
            otherwise("is a saga with another key")
        }
        _ => Ok(()),
    }
}

fn same_wait(before: &WaitPlan, after: &WaitPlan) -> bool {
    match (before, after) {
        (
            WaitPlan::Event { trigger, key, .. },
            WaitPlan::Event {
                trigger: other,
                key: other_key,
                ..
            },
        ) => {
            let text = |key: &Option<Arc<dyn Expression>>| key.as_ref().map(|key| key.source().to_owned());
            trigger == other && text(key) == text(other_key)
        }
        (WaitPlan::Event { .. }, _) | (_, WaitPlan::Event { .. }) => false,
        _ => true,
    }
}

/// The message that asks for the step; none of one that asks nobody.
fn asked_with<'p>(plan: &'p Plan, step: &StepPlan) -> Option<&'p MessagePlan> {
    Some(plan.message(step.command_for(Purpose::Forward)?))
}

/// Where the step is asked for, and by which record.
fn address<'p>(plan: &'p Plan, step: &StepPlan) -> Option<(&'p str, &'p str)> {
    let message = asked_with(plan, step)?;
    Some((message.topic.as_str(), message.record.as_str()))
}

/// What a step of the new plan is in the middle of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    New,
    NotBegun,
    UnderWay,
    PassedOver,
    Settled,
}

fn standing(state: &SagaState, step: &MigratedStep) -> Standing {
    let Some(was) = step.was else {
        return if step.passed_over {
            Standing::PassedOver
        } else {
            Standing::New
        };
    };
    let request = &state.step(was).forward;
    match request.status {
        RequestStatus::NotRequested if !request.given_up => Standing::NotBegun,
        RequestStatus::PassedOver => Standing::PassedOver,
        _ if request.is_settled() => Standing::Settled,
        _ => Standing::UnderWay,
    }
}

/// Whether everything that comes before `step` is settled, when the step itself was begun. A new step that comes too late
/// is passed over when the migration says so.
fn settled_before(
    to: &Plan,
    state: &SagaState,
    steps: &mut [MigratedStep],
    migration: &Migration,
    step: StepIndex,
) -> Result<(), Unmovable> {
    let own = standing(state, &steps[step.at()]);
    if matches!(own, Standing::New | Standing::NotBegun) {
        return Ok(());
    }
    let plan = to.step(step);
    // Of a choice one alternative alone is taken: the others before it were passed over.
    let others = plan.unless.iter().filter(|_| own != Standing::PassedOver);
    let before = plan.after.iter().map(|before| (*before, false));
    for (before, is_other) in before.chain(others.map(|other| (*other, true))) {
        match standing(state, &steps[before.at()]) {
            Standing::PassedOver => {}
            Standing::Settled if !is_other => {}
            Standing::New if migration.passed_over.contains(&to.step(before).name) => {
                steps[before.at()].passed_over = true;
            }
            Standing::New => {
                return Err(Unmovable::TooLate {
                    new: to.step(before).name.clone(),
                    begun: plan.name.clone(),
                });
            }
            Standing::NotBegun | Standing::UnderWay | Standing::Settled => {
                return Err(Unmovable::Order {
                    begun: plan.name.clone(),
                    before: to.step(before).name.clone(),
                });
            }
        }
    }
    Ok(())
}
