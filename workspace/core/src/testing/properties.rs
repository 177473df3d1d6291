//! Properties of random sagas: random graphs, with and without a pivot, and random inputs.

use proptest::{
    collection::vec,
    option,
    prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest},
    sample::Index,
};

use crate::{
    Action, CompensationOrder, Constant, Event, Input, LockAnswer, OnTimeout, Plan, Purpose, Reason, ReasonCode, Reply,
    ReplyResult, Request, RequestStatus, Round, Saga, StepIndex, Timer, TimerKind, Value, WaitPlan, timers,
};

use super::{StepBuilder, Story, cancel, decide, event, granted, laws::Laws, lock, payload, plan, resume, start, step};

const STEPS_MAX: usize = 6;

/// Inputs that a healed saga may need to end: each step and compensation is resumed, retried and answered a few times.
const HEALING_INPUTS_MAX: usize = 300;

/// What happens next, as far as the saga allows.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Start,
    Cancel,
    Deadline,
    Resume(Option<Index>),
    /// Answers a pending command.
    Answer(Index, ReplyResult, bool, Code),
    /// Fires a timer that the saga has.
    Fire(Index),
    /// A reply that nobody may have asked for.
    Stray(Index, Purpose, ReplyResult, Option<u32>),
    /// An event for a step, which may wait for it.
    Event(Index),
    /// A lock's answer for a step, which may have asked for it.
    Lock(Index, u32, LockAnswer),
    /// A decision for a step, which may have asked for it.
    Decide(Index, &'static str),
    OutputRefused,
    /// The next move's messages are refused.
    Refused(Box<Move>),
}

/// What a refusal says; the first is worth a retry to the steps that have a policy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code {
    Busy,
    NoFunds,
}

/// What is special about a step; most are plain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Plain,
    /// Its condition is this.
    When(bool),
    /// An alternative to the step before it.
    Otherwise,
    /// Given up when it fails.
    Optional,
    /// Its compensation is given up when it fails.
    UndoneIfPossible,
    /// Done for so many items, so many at a time.
    Items(usize, u16),
    WaitFor,
    WaitForEvent(bool),
    Decide,
    /// Takes a lock, until the last step of the plan or to the end.
    Lock(bool, bool),
    /// Its attempts end by a deadline.
    Within(u64),
}

pub(super) fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        10 => Just(Kind::Plain),
        2 => any::<bool>().prop_map(Kind::When),
        1 => Just(Kind::Otherwise),
        2 => Just(Kind::Optional),
        1 => Just(Kind::UndoneIfPossible),
        2 => (0usize..4, 1u16..4).prop_map(|(items, parallel)| Kind::Items(items, parallel)),
        1 => Just(Kind::WaitFor),
        1 => any::<bool>().prop_map(Kind::WaitForEvent),
        1 => Just(Kind::Decide),
        2 => any::<[bool; 2]>().prop_map(|[fails, until]| Kind::Lock(fails, until)),
        1 => (1u64..9).prop_map(Kind::Within),
    ]
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let order = prop_oneof![
        3 => Just(CompensationOrder::Reverse),
        1 => Just(CompensationOrder::Sequential),
        1 => Just(CompensationOrder::Parallel),
    ];
    (
        vec(
            (vec(any::<bool>(), STEPS_MAX), any::<[bool; 3]>(), 1u32..4, any_kind()),
            0..=STEPS_MAX,
        ),
        option::of(any::<Index>()),
        order,
    )
        .prop_map(|(steps, pivot, order)| {
            let pivot = pivot
                .filter(|_| !steps.is_empty())
                .map(|pivot| pivot.index(steps.len()));
            plan(steps.iter().enumerate().map(|(at, (after, flags, attempts, kind))| {
                let builder = any_step(at, after, *flags, *attempts);
                if pivot == Some(at) {
                    builder.pivot()
                } else {
                    special(builder, at, (steps.len() - 1) as u16, *kind)
                }
            }))
            .with_deadline()
            .going_back(order)
        })
}

pub(super) fn special(step: StepBuilder, at: usize, last: u16, kind: Kind) -> StepBuilder {
    match kind {
        Kind::Plain => step,
        Kind::When(holds) => step.when(Constant(Value::Boolean(holds))),
        Kind::Otherwise => step.unless(&at.checked_sub(1).map_or(Vec::new(), |before| vec![before as u16])),
        Kind::Optional => step.optional(),
        Kind::UndoneIfPossible => step.undone_if_possible(),
        Kind::Items(items, parallel) => step.for_each_of(Constant(Value::List(vec![Value::Null; items])), parallel),
        Kind::WaitFor => step.uncompensated().waits_for(30),
        Kind::WaitForEvent(true) => step.uncompensated().waits_for_event(OnTimeout::Fail),
        Kind::WaitForEvent(false) => step.uncompensated().waits_for_event(OnTimeout::Continue),
        Kind::Decide => step.uncompensated().decides(),
        Kind::Lock(fails, until) => {
            let on_timeout = if fails { OnTimeout::Fail } else { OnTimeout::Continue };
            let step = step.uncompensated().locks(Constant(Value::Long(7)), on_timeout);
            if until { step.releases_after(&[last]) } else { step }
        }
        Kind::Within(seconds) => step.within(seconds).jitter(0.5),
    }
}

pub(super) fn any_step(
    at: usize,
    after: &[bool],
    [compensated, turns_back, retried]: [bool; 3],
    attempts: u32,
) -> StepBuilder {
    let after: Vec<u16> = (0u16..)
        .zip(&after[..at])
        .filter(|(_, named)| **named)
        .map(|(before, _)| before)
        .collect();
    let mut builder = step(format!("s{at}")).after(&after).attempts(attempts);
    if compensated {
        builder = builder.compensated();
    }
    if turns_back {
        builder = builder.compensate_when_exhausted();
    }
    if retried {
        builder = builder.retried_on("BUSY");
    }
    builder
}

fn answer() -> impl Strategy<Value = LockAnswer> {
    prop_oneof![
        3 => Just(LockAnswer::Granted),
        1 => (1u16..4).prop_map(|place| LockAnswer::Queued { place }),
        1 => Just(LockAnswer::Full),
    ]
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    let result = || prop_oneof![3 => Just(ReplyResult::Succeeded), 2 => Just(ReplyResult::Failed)];
    let code = prop_oneof![Just(Code::Busy), Just(Code::NoFunds)];
    let purpose = prop_oneof![Just(Purpose::Forward), Just(Purpose::Compensation)];
    let plain = prop_oneof![
        1 => Just(Move::Start),
        1 => Just(Move::Cancel),
        1 => Just(Move::Deadline),
        3 => option::of(any::<Index>()).prop_map(Move::Resume),
        12 => (any::<Index>(), result(), any::<bool>(), code).prop_map(|(at, result, plain, code)| Move::Answer(at, result, plain, code)),
        8 => any::<Index>().prop_map(Move::Fire),
        4 => (any::<Index>(), purpose, result(), option::of(0u32..4))
            .prop_map(|(at, purpose, result, round)| Move::Stray(at, purpose, result, round)),
        2 => any::<Index>().prop_map(Move::Event),
        2 => (any::<Index>(), prop_oneof![Just("approve"), Just("reject")]).prop_map(|(at, option)| Move::Decide(at, option)),
        2 => (any::<Index>(), 1u32..3, answer()).prop_map(|(at, round, answer)| Move::Lock(at, round, answer)),
        1 => Just(Move::OutputRefused),
    ];
    prop_oneof![12 => plain.clone(), 1 => plain.prop_map(|next| Move::Refused(Box::new(next)))]
}

fn refusal() -> Reason {
    Reason::new(ReasonCode::OutputRefused, "the topic is missing")
}

/// The input that a move is for this saga; none when the saga has nothing of that kind.
fn input(story: &Story, next: &Move) -> Option<Input> {
    match next {
        Move::Start => Some(start()),
        Move::Cancel => Some(cancel()),
        Move::Deadline => Some(Input::Timer(TimerKind::Deadline)),
        Move::Resume(step) => Some(resume(step.as_ref().and_then(|step| any_index(story, step)))),
        Move::Answer(at, result, plain, code) => {
            let asked = pending(story);
            let (step, purpose, round) = *asked.get(at.index(asked.len().max(1)))?;
            Some(reply(
                step,
                purpose,
                *result,
                if *plain { None } else { Some(round) },
                *code,
            ))
        }
        Move::Fire(at) => {
            let timers = timers(story.saga.as_ref());
            timers
                .get(at.index(timers.len().max(1)))
                .map(|timer| Input::Timer(timer.kind))
        }
        Move::Stray(at, purpose, result, round) => Some(reply(
            any_index(story, at)?,
            *purpose,
            *result,
            round.map(Round),
            Code::NoFunds,
        )),
        Move::Event(at) => Some(event(any_index(story, at)?)),
        Move::Decide(at, option) => Some(decide(any_index(story, at)?, option)),
        Move::Lock(at, round, answer) => Some(lock(any_index(story, at)?, *round, *answer)),
        Move::OutputRefused => Some(Input::OutputRefused { reason: refusal() }),
        Move::Refused(next) => input(story, next),
    }
}

/// A step of the plan, an item that it has, or the step after its last, which it does not have.
fn any_index(story: &Story, at: &Index) -> Option<StepIndex> {
    let behind = u16::try_from(story.plan.steps.len()).ok().map(StepIndex)?;
    let mut all: Vec<StepIndex> = match story.saga.as_ref().and_then(Saga::open) {
        Some(state) => state.indexes().collect(),
        None => story.plan.step_indexes().collect(),
    };
    all.push(behind);
    all.get(at.index(all.len())).copied()
}

fn reply(step: StepIndex, purpose: Purpose, result: ReplyResult, round: Option<Round>, code: Code) -> Input {
    let text = match code {
        Code::Busy => "code=BUSY",
        Code::NoFunds => "code=NO_FUNDS",
    };
    Input::Reply(Reply {
        step,
        purpose,
        result,
        round,
        payload: payload(text),
    })
}

fn requests(story: &Story) -> Vec<(StepIndex, Purpose, Request)> {
    let Some(state) = story.saga.as_ref().and_then(Saga::open) else {
        return Vec::new();
    };
    let purposes = [Purpose::Forward, Purpose::Compensation];
    let of = |step| purposes.map(|purpose| (step, purpose, *state.step(step).request(purpose)));
    state.indexes().flat_map(of).collect()
}

fn pending(story: &Story) -> Vec<(StepIndex, Purpose, Round)> {
    requests(story)
        .into_iter()
        .filter(|(.., request)| matches!(request.status, RequestStatus::Pending { .. }))
        .filter(|(step, purpose, _)| story.plan.step(*step).command_for(*purpose).is_some())
        .map(|(step, purpose, request)| (step, purpose, request.round))
        .collect()
}

pub(super) fn play(plan: Plan, moves: &[Move]) -> Story {
    let mut story = Story::of(plan);
    for next in moves {
        let Some(input) = input(&story, next) else { continue };
        match next {
            Move::Refused(_) => story.when_refused(&input, &refusal()),
            _ => story.when(&input),
        };
        somebody_moves_it(&story);
    }
    story
}

/// An open saga waits for a timer or for a person: it is never stuck unseen.
fn somebody_moves_it(story: &Story) {
    let Some(state) = story.saga.as_ref().and_then(Saga::open) else {
        return;
    };
    let own_timers = timers(story.saga.as_ref())
        .iter()
        .any(|timer| timer.kind != TimerKind::Deadline);
    assert!(own_timers || state.suspended.is_some(), "nobody moves {state:#?}");
}

/// What ends the first wait or question of the saga well.
fn ends_a_wait(story: &Story) -> Option<Input> {
    let mut all = requests(story).into_iter();
    let (step, _, request) = all.find(|(step, purpose, request)| {
        let asks_nobody = story.plan.step(*step).command_for(*purpose).is_none();
        asks_nobody && matches!(request.status, RequestStatus::Pending { .. })
    })?;
    Some(match &story.plan.step(step).action {
        Action::Wait(WaitPlan::Event { .. }) => event(step),
        Action::Decision(_) => decide(step, "approve"),
        Action::Lock(_) => granted(step, request.round.0),
        _ => Input::Timer(
            timers(story.saga.as_ref())
                .into_iter()
                .find_map(|timer| match timer.kind {
                    TimerKind::Timeout { step: of, .. } if of == step => Some(timer.kind),
                    _ => None,
                })?,
        ),
    })
}

/// Every participant answers, every pause ends, and somebody resumes what is suspended.
pub(super) fn heal(story: &mut Story) {
    for _ in 0..HEALING_INPUTS_MAX {
        let next = match &story.saga {
            None | Some(Saga::CancelledEarly { .. }) => start(),
            Some(Saga::Closed(_) | Saga::Lock(_)) => return,
            Some(Saga::Open(state)) => match (pending(story).first(), timers(story.saga.as_ref()).as_slice()) {
                (Some((step, purpose, round)), _) => {
                    reply(*step, *purpose, ReplyResult::Succeeded, Some(*round), Code::NoFunds)
                }
                (None, _) if ends_a_wait(story).is_some() => ends_a_wait(story).expect("it waits"),
                (None, _) if state.suspended.is_some() => resume(None),
                (None, timers) => match timers.iter().find(|timer| timer.kind != TimerKind::Deadline) {
                    Some(Timer { kind, .. }) => Input::Timer(*kind),
                    None => panic!("nobody moves {state:#?}"),
                },
            },
        };
        story.when(&next);
    }
    panic!("the saga does not end: {:#?}", story.saga);
}

fn ends(event: &Event) -> bool {
    event.outcome().is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each input is checked by [`Story`] as well: the fold of the journal from nothing is the state, and `decide`
    /// gives the events of `transition`.
    #[test]
    fn every_journal_keeps_the_laws_and_every_healed_saga_ends(
        plan in any_plan(),
        moves in vec(any_move(), 0..40),
    ) {
        let mut story = play(plan, &moves);
        heal(&mut story);
        let mut laws = Laws::new(&story.plan);
        for (event, _) in &story.journal {
            laws.check(event);
        }
        prop_assert!(story.journal.iter().any(|(event, _)| ends(event)));
    }
}
