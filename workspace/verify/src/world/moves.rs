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
    /// A person lets it go on with another compensation without attempts: the one that it would have waited for if that one
    /// had run out of attempts first.
    ResumeWith(StepIndex),
    /// A reply: it was done.
    Done(StepIndex, Purpose),
    /// A reply: it was refused.
    Refused(StepIndex, Purpose),
    /// The wait for a reply, a time, an event or a decision ends.
    Timeout(StepIndex, Purpose),
    /// The pause before the next attempt ends.
    Retry(StepIndex, Purpose),
    /// The event that the step waits for.
    Event(StepIndex),
    /// The lock that the step waits for is granted.
    Granted(StepIndex),
    /// Too many wait for the lock already.
    Full(StepIndex),
    /// A person picks an option of the step's question.
    Decide(StepIndex, u8),
    /// Something that must change nothing.
    Again(Again),
}

/// Something that came before comes once more, or comes when its time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The start event.
    Start,
    /// The wish that the saga goes on, which it does.
    Resume,
    /// The last reply.
    Reply(StepIndex, Purpose),
    /// A refusal that answers the request before the last one.
    Stale(StepIndex, Purpose),
    /// The event that the step waited for.
    Event(StepIndex),
    /// A lock that is not waited for, not yet or no longer.
    Granted(StepIndex),
    /// A decision about a question that is not open.
    Decide(StepIndex),
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
            Self::Start | Self::Cancel | Self::Deadline | Self::Resume | Self::ResumeWith(_) | Self::Again(_) => None,
            Self::Done(step, purpose)
            | Self::Timeout(step, purpose)
            | Self::Retry(step, purpose)
            | Self::Refused(step, purpose) => Some((step, purpose)),
            Self::Event(step) | Self::Granted(step) | Self::Full(step) | Self::Decide(step, _) => {
                Some((step, Purpose::Forward))
            }
        }
    }

    /// The step that it happens to, when it comes once more.
    pub(crate) fn step_again(self) -> Option<StepIndex> {
        match self {
            Self::Again(
                Again::Reply(step, _)
                | Again::Stale(step, _)
                | Again::Event(step)
                | Again::Granted(step)
                | Again::Decide(step),
            ) => Some(step),
            _ => None,
        }
    }

    /// Whether nobody needs to do it: a path must end even when it never happens.
    pub(crate) fn is_intervention(self) -> bool {
        matches!(
            self,
            Self::Resume | Self::ResumeWith(_) | Self::Cancel | Self::Decide(..)
        )
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
        let others = world.stuck_compensations().filter(|step| !world.waits_for(*step));
        found.extend(others.map(Move::ResumeWith));
    }
    for step in world.indexes() {
        match &plan.step(step).action {
            Action::Command { .. } | Action::SubSaga(_) => replies(plan, world, step, Purpose::Forward, found),
            Action::Wait(WaitPlan::Event { .. }) => event(world, step, found),
            Action::Wait(_) => {}
            Action::Lock(_) => granted(world, step, found),
            Action::Decision(question) => {
                let fails = question.options.iter().map(|option| option.fails);
                decisions(world, step, fails, found);
            }
        }
        replies(plan, world, step, Purpose::Compensation, found);
    }
}

/// Adds everything to `found` that can come once more, or too late.
pub(crate) fn moves_again(plan: &Plan, world: &World, found: &mut Vec<Again>) {
    if !matches!(world.saga, Some(Saga::Open(_) | Saga::Closed(_))) {
        return;
    }
    let mut again = |what| found.push(what);
    again(Again::Start);
    if !world.is_suspended() {
        again(Again::Resume);
    }
    for step in world.indexes() {
        match &plan.step(step).action {
            Action::Command { .. } | Action::SubSaga(_) | Action::Wait(WaitPlan::For(_) | WaitPlan::Until(_)) => {}
            Action::Wait(WaitPlan::Event { .. }) => {
                if world.is_closed() || has_come(world, step) {
                    again(Again::Event(step));
                }
            }
            Action::Lock(_) => {
                if !waits_for_lock(world, step) {
                    again(Again::Granted(step));
                }
            }
            Action::Decision(_) => {
                if !is_asked(world, step) {
                    again(Again::Decide(step));
                }
            }
        }
        if world.style == Style::Plain {
            continue;
        }
        for purpose in [Purpose::Forward, Purpose::Compensation] {
            let Some(participant) = world.participant(step) else {
                continue;
            };
            let has_answered = matches!(participant.answer(purpose), Answer::Done | Answer::Refused);
            if has_answered && is_answered(world, step, purpose) {
                again(Again::Reply(step, purpose));
            }
            let replies = plan.step(step).replies_for(purpose);
            if participant.answer(purpose) != Answer::NotAsked
                && replies.is_some_and(|replies| replies.failed.is_some())
            {
                again(Again::Stale(step, purpose));
            }
        }
    }
}

/// The event comes at most once, at any time after the start.
fn event(world: &World, step: StepIndex, found: &mut Vec<Move>) {
    if world.open().is_some() && !has_come(world, step) {
        found.push(Move::Event(step));
    }
}

fn has_come(world: &World, step: StepIndex) -> bool {
    world
        .participant(step)
        .is_none_or(|known| known.forward == Answer::Done)
}

/// The lock comes free while it is waited for, or too many wait for it.
fn granted(world: &World, step: StepIndex, found: &mut Vec<Move>) {
    if waits_for_lock(world, step) {
        found.extend([Move::Granted(step), Move::Full(step)]);
    }
}

fn waits_for_lock(world: &World, step: StepIndex) -> bool {
    let request = world.open().and(world.request(step, Purpose::Forward));
    request.is_some_and(|request| matches!(request.status, RequestStatus::Pending { .. }))
}

/// One option of those that let the step succeed, and one of the others.
fn decisions(world: &World, step: StepIndex, fails: impl Iterator<Item = bool> + Clone, found: &mut Vec<Move>) {
    if is_asked(world, step) {
        let first_of = |wanted| fails.clone().position(|fails| fails == wanted);
        let options = [false, true].into_iter().filter_map(first_of);
        found.extend(options.filter_map(|option| Some(Move::Decide(step, u8::try_from(option).ok()?))));
    }
}

/// Whether the step's question is open.
fn is_asked(world: &World, step: StepIndex) -> bool {
    let waits_for_it = world
        .open()
        .and_then(|state| state.suspended.as_ref())
        .is_some_and(|known| known.step == Some((step, Purpose::Forward)));
    world.open().is_some()
        && world
            .request(step, Purpose::Forward)
            .is_some_and(|request| match request.status {
                RequestStatus::Pending { .. } => true,
                RequestStatus::Failed => waits_for_it,
                _ => false,
            })
}

fn replies(plan: &Plan, world: &World, step: StepIndex, purpose: Purpose, found: &mut Vec<Move>) {
    let Some(participant) = world.participant(step) else {
        return;
    };
    if participant.answer(purpose) == Answer::Open {
        found.push(Move::Done(step, purpose));
        let replies = plan.step(step).replies_for(purpose);
        if replies.is_some_and(|replies| replies.failed.is_some()) {
            found.push(Move::Refused(step, purpose));
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
