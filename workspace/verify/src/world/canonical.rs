//! The form in which states are compared: without what no decision depends on.
//!
//! - Times: the clock stands still, so that only the kinds of timers are left.
//! - Numbers of events, rounds and attempts: the core compares rounds and counts the attempts since the last resumption,
//!   so that they begin anew where they can no longer be compared.
//! - Reasons in words, payloads, ids.

use palinode_core::{
    Attempt, Direction, Plan, Purpose, Reason, ReasonCode, Request, RequestStatus, Round, Saga, SagaState, Sequence,
    StepIndex, StepPlan, Timestamp,
};

use super::{Answer, Participant, Style, World, abstraction::tells_attempts_apart, data, state::stuck_compensations};

const THEN: Timestamp = Timestamp(0);

/// When the own deadline of a step passes: later than the clock that stands still, and earlier than the one that says
/// "too late".
const FAR: Timestamp = Timestamp(i64::MAX / 4);

/// Brings `world` into the form in which states are compared. The core goes on from it as it would have from the
/// original, up to the numbers.
pub(crate) fn canonical(plan: &Plan, world: &mut World) {
    match &mut world.saga {
        None => {}
        Some(Saga::CancelledEarly { at, sequence }) => {
            *at = THEN;
            *sequence = Sequence(1);
        }
        Some(Saga::Lock(_)) => {}
        Some(Saga::Open(open)) => state(plan, open, &mut world.participants, &mut world.items, world.style),
        Some(Saga::Closed(closed)) => {
            closed.at = THEN;
            closed.sequence = Sequence(1);
            match &mut closed.memory {
                Some(memory) => state(plan, memory, &mut world.participants, &mut world.items, world.style),
                None => {
                    let items = world.items.iter_mut().map(|(_, item)| item);
                    world
                        .participants
                        .iter_mut()
                        .chain(items)
                        .for_each(Participant::forget_numbers);
                }
            }
        }
    }
}

fn state(
    plan: &Plan,
    state: &mut SagaState,
    participants: &mut [Participant],
    items: &mut [(StepIndex, Participant)],
    style: Style,
) {
    state.sequence = Sequence(1);
    state.started_at = THEN;
    state.changed_at = THEN;
    if state.deadline_at.is_some() {
        state.deadline_at = Some(THEN);
    }
    let first_stuck = stuck_compensations(state).next();
    let back = match &mut state.direction {
        Direction::Forward => false,
        Direction::Backward(why) => {
            *why = reason(ReasonCode::StepFailed);
            true
        }
    };
    if let Some(suspension) = &mut state.suspended {
        // Only a wait because of the deadline ends by any success.
        let code = match suspension.reason.code {
            ReasonCode::DeadlinePassed => ReasonCode::DeadlinePassed,
            _ => ReasonCode::OutcomeUnknown,
        };
        suspension.reason = reason(code);
        suspension.at = THEN;
        // Of several compensations without attempts the saga waits for the one that ran out of them first. That decides only
        // which one a person resumes first, and each is.
        if let Some(first) = first_stuck.filter(|_| back) {
            suspension.step = Some((first, Purpose::Compensation));
        }
    }
    let indexes: Vec<StepIndex> = plan.step_indexes().chain(items.iter().map(|(item, _)| *item)).collect();
    let participants = participants.iter_mut().chain(items.iter_mut().map(|(_, item)| item));
    for ((step, participant), index) in state.steps.iter_mut().zip(participants).zip(indexes) {
        step.decision = None;
        let plan = plan.step(index);
        request(plan, &mut step.forward, Purpose::Forward, back, style, participant);
        request(
            plan,
            &mut step.compensation,
            Purpose::Compensation,
            back,
            style,
            participant,
        );
        attempts_taken_back(plan, &mut step.compensation, style, participant);
        if step.reply.is_some() {
            step.reply = Some(data::nothing());
        }
    }
}

fn reason(code: ReasonCode) -> Reason {
    Reason::new(code, "-")
}

fn request(
    plan: &StepPlan,
    request: &mut Request,
    purpose: Purpose,
    back: bool,
    style: Style,
    participant: &mut Participant,
) {
    // On the way back no step is tried again, so that its attempts are of no account.
    let counts = purpose == Purpose::Compensation || !back;
    let older = request.round.0.saturating_sub(1);
    request.round = Round(request.round.0 - older);
    let asked = participant.round_mut(purpose);
    *asked = Round(asked.0.saturating_sub(older));
    request.deadline_at = request.deadline_at.filter(|_| counts).map(|_| FAR);
    request.requested_at = None;
    request.answered_at = None;
    let used = request
        .attempt
        .0
        .saturating_sub(request.attempts_forgiven)
        .min(COUNTED_MAX);
    request.attempts_forgiven = 0;
    // Only a refusal without headers asks for it while a reply is awaited; and a time-out leaves the request unanswered
    // anyway.
    let is_asked_for = tells_attempts_apart(plan.replies_for(purpose), style);
    request.unanswered &= is_asked_for || !matches!(request.status, RequestStatus::Pending { .. });
    request.attempt = match &mut request.status {
        RequestStatus::Pending { due: at } | RequestStatus::Paused { until: at } => {
            *at = THEN;
            Attempt(if counts { used } else { 1 })
        }
        RequestStatus::Succeeded if purpose == Purpose::Compensation => Attempt(used),
        _ => Attempt(0),
    };
}

/// The attempts that are left to a step that was taken back and turns out to be done late: it is taken back once more,
/// with the next attempt. Whether that was the last one is kept. One that was not leads to one that may be the last or not;
/// as long as no refusal tells them apart, the last one is met after the other.
fn attempts_taken_back(plan: &StepPlan, request: &mut Request, style: Style, participant: &Participant) {
    if !matches!(request.status, RequestStatus::Succeeded) {
        return;
    }
    let can_come_late = participant.forward == Answer::Open;
    let is_last = request.attempt.0 >= plan.retry_for(Purpose::Compensation).attempts;
    if !can_come_late || !is_last && !tells_attempts_apart(plan.replies_for(Purpose::Compensation), style) {
        request.attempt = Attempt(0);
    }
}

/// More attempts than any policy of an explored plan has: a core that never gives up goes round in circles here.
const COUNTED_MAX: u32 = 5;

/// The canonical world as bytes.
pub(crate) fn encode(world: &World) -> Vec<u8> {
    let size = 64 + (world.participants.len() + world.items.len()) * 40;
    // The types of the core and of this crate are plain data, which postcard writes into memory without fail.
    postcard::to_extend(
        &(&world.saga, &world.participants, &world.items, &world.style),
        Vec::with_capacity(size),
    )
    .unwrap_or_default()
}

/// The world of which `bytes` are the encoding.
pub(crate) fn decode(bytes: &[u8]) -> Option<World> {
    let (saga, participants, items, style) = postcard::from_bytes(bytes).ok()?;
    Some(World {
        saga,
        participants,
        items,
        style,
    })
}
