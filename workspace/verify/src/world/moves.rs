//! What can happen next.

use palinode_core::{Action, Plan, Purpose, RequestStatus, Saga, StepIndex, TimerKind, WaitPlan, timers};

use super::{Answer, Picks, Style, World};

/// One thing that can happen to the world. Numbers of rounds and attempts are taken from the state it happens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// The start event.
    Start,
    /// A wish to cancel.
    Cancel,
    /// The deadline passes.
    Deadline,
    /// A person, or the step's resuming event, lets the suspended saga go on.
    Resume,
    /// A reply: it was done.
    Done(StepIndex, Purpose),
    /// A reply: it was refused.
    Refused(StepIndex, Purpose),
    /// The wait for a reply, a time, an event or a decision ends.
    Timeout(StepIndex, Purpose),
    /// The pause before the next attempt ends.
    Retry(StepIndex, Purpose),
    /// The last reply comes once more.
    Again(StepIndex, Purpose),
    /// The event that the step waits for.
    Event(StepIndex),
    /// A person picks an option of the step's question.
    Decide(StepIndex, u8),
}

/// A move, and what was picked for all that it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) what: Move,
    pub(crate) picks: Picks,
}

impl Move {
    /// The step that it happens to.
    pub(crate) fn step(self) -> Option<(StepIndex, Purpose)> {
        match self {
            Self::Start | Self::Cancel | Self::Deadline | Self::Resume => None,
            Self::Done(step, purpose)
            | Self::Timeout(step, purpose)
            | Self::Retry(step, purpose)
            | Self::Again(step, purpose)
            | Self::Refused(step, purpose) => Some((step, purpose)),
            Self::Event(step) | Self::Decide(step, _) => Some((step, Purpose::Forward)),
        }
    }

    /// Whether nobody needs to do it: a path must end even when it never happens.
    pub(crate) fn is_intervention(self) -> bool {
        matches!(self, Self::Resume | Self::Cancel | Self::Decide(..))
    }
}

/// Adds every move that the world can make to `found`.
pub(crate) fn moves(plan: &Plan, world: &World, found: &mut Vec<Move>) {
    if matches!(world.saga, None | Some(Saga::CancelledEarly { .. })) {
        found.push(Move::Start);
    }
    if plan.cancelled_by.is_some() {
        found.push(Move::Cancel);
    }
    for timer in timers(world.saga.as_ref()) {
        found.push(match timer.kind {
            TimerKind::Deadline => Move::Deadline,
            TimerKind::Timeout { step, purpose, .. } => Move::Timeout(step, purpose),
            TimerKind::Retry { step, purpose, .. } => Move::Retry(step, purpose),
        });
    }
    if world.is_suspended() {
        found.push(Move::Resume);
    }
    for step in world.indexes() {
        match &plan.step(step).action {
            Action::Command { .. } => replies(plan, world, step, Purpose::Forward, found),
            Action::Wait(WaitPlan::Event { .. }) => event(world, step, found),
            Action::Wait(_) => {}
            Action::Decision(question) => {
                let fails = question.options.iter().map(|option| option.fails);
                decisions(world, step, fails, found);
            }
        }
        replies(plan, world, step, Purpose::Compensation, found);
    }
}

/// The event comes at most once, at any time after the start.
fn event(world: &World, step: StepIndex, found: &mut Vec<Move>) {
    let has_come = world
        .participant(step)
        .is_none_or(|known| known.forward == Answer::Done);
    if world.open().is_some() && !has_come {
        found.push(Move::Event(step));
    }
}

/// One option of those that let the step succeed, and one of the others.
fn decisions(world: &World, step: StepIndex, fails: impl Iterator<Item = bool> + Clone, found: &mut Vec<Move>) {
    let waits_for_it = world
        .open()
        .and_then(|state| state.suspended.as_ref())
        .is_some_and(|known| known.step == Some((step, Purpose::Forward)));
    let is_asked = world.open().is_some()
        && world
            .request(step, Purpose::Forward)
            .is_some_and(|request| match request.status {
                RequestStatus::Pending { .. } => true,
                RequestStatus::Failed => waits_for_it,
                _ => false,
            });
    if is_asked {
        let first_of = |wanted| fails.clone().position(|fails| fails == wanted);
        let options = [false, true].into_iter().filter_map(first_of);
        found.extend(options.filter_map(|option| Some(Move::Decide(step, u8::try_from(option).ok()?))));
    }
}

fn replies(plan: &Plan, world: &World, step: StepIndex, purpose: Purpose, found: &mut Vec<Move>) {
    let Some(participant) = world.participant(step) else {
        return;
    };
    match participant.answer(purpose) {
        Answer::NotAsked => {}
        Answer::Done | Answer::Refused => {
            if world.style != Style::Plain && is_answered(world, step, purpose) {
                found.push(Move::Again(step, purpose));
            }
        }
        Answer::Open => {
            found.push(Move::Done(step, purpose));
            let replies = plan.step(step).replies_for(purpose);
            if replies.is_some_and(|replies| replies.failed.is_some()) {
                found.push(Move::Refused(step, purpose));
            }
        }
    }
}

/// Whether the last answer is the one that the saga knows: not when a new request is under way.
fn is_answered(world: &World, step: StepIndex, purpose: Purpose) -> bool {
    world.is_closed()
        || world.request(step, purpose).is_some_and(|request| {
            matches!(
                request.status,
                RequestStatus::Succeeded | RequestStatus::Failed | RequestStatus::Paused { .. }
            )
        })
}
