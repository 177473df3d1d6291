//! Sagas that share a lock, with the cores of both, and every order in which their messages arrive.

mod common;

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use common::{definition, plan, step};
use palinode_core::{
    Action, Constant, Context, Decoder, Event, FieldError, FieldName, Input, LockAnswer, LockInput, LockPlan,
    LockRequest, LockState, OnTimeout, Payload, Plan, Purpose, ReasonCode, Reply, ReplyResult, RequestStatus, Round,
    Saga, SagaId, SchemaId, Sequence, StepIndex, Timestamp, Value, decide_lock, evolve_lock, timers, transition,
};

const LOCK: StepIndex = StepIndex(0);
const NOW: Timestamp = Timestamp(0);

/// Sagas that want the lock at the same time.
const SAGAS: usize = 2;

struct NoData;

impl Decoder for NoData {
    fn value(&self, _: &Payload, _: &[FieldName]) -> Result<Option<Value>, FieldError> {
        Ok(None)
    }
}

/// The lock, the sagas, and what is on the way between each of them and the lock, in order.
#[derive(Clone, Debug)]
struct World {
    lock: LockState,
    sagas: Vec<Option<Saga>>,
    to_lock: Vec<VecDeque<LockInput>>,
    to_saga: Vec<VecDeque<(Round, LockAnswer)>>,
    /// Whether what lets go of the lock gets lost.
    is_lossy: bool,
}

fn id(saga: usize) -> SagaId {
    SagaId::new("test", format!("saga-{saga}"))
}

/// A lock, a step under it, and a step after it.
fn booking(on_timeout: OnTimeout, until: Vec<StepIndex>) -> Plan {
    let mut plan = plan(&definition(&[
        step("seat"),
        step("flight").after(&["seat"]).with("retry: { attempts: 1 }"),
        step("mail")
            .after(&["flight"])
            .never_refused()
            .with("retry: { attempts: 1 }"),
    ]));
    plan.deadline = None;
    plan.steps[LOCK.at()].action = Action::Lock(LockPlan {
        key: Arc::new(Constant(Value::String("seat/7".into()))),
        timeout: Duration::from_secs(60),
        on_timeout,
        until,
    });
    plan
}

fn payload() -> Payload {
    Payload {
        schema: SchemaId(0),
        bytes: Vec::new().into(),
    }
}

/// What can happen to a saga without the lock: its start, a wish to cancel, its timers, a success of each step.
fn inputs(plan: &Plan, saga: Option<&Saga>) -> Vec<Input> {
    let Some(state) = saga.and_then(Saga::open) else {
        return match saga {
            None => vec![Input::Start {
                payload: payload(),
                correlation: "1".into(),
                traceparent: None,
            }],
            Some(_) => Vec::new(),
        };
    };
    let mut found = vec![Input::Cancel { payload: payload() }];
    found.extend(timers(saga).into_iter().map(|timer| Input::Timer(timer.kind)));
    for step in plan.step_indexes().filter(|step| *step != LOCK) {
        if matches!(state.step(step).forward.status, RequestStatus::Pending { .. }) {
            found.push(Input::Reply(Reply {
                step,
                purpose: Purpose::Forward,
                result: ReplyResult::Succeeded,
                round: Some(state.step(step).forward.round),
                payload: payload(),
            }));
        }
    }
    found
}

impl World {
    fn holds(&self, saga: usize) -> bool {
        self.sagas[saga].as_ref().and_then(Saga::open).is_some_and(|state| {
            let seat = state.step(LOCK);
            seat.lock.is_some() && seat.forward.status == RequestStatus::Succeeded
        })
    }

    fn give(&self, plan: &Plan, saga: usize, input: &Input) -> Self {
        let mut after = self.clone();
        let context = Context {
            plan,
            decoder: &NoData,
            now: NOW,
        };
        let led = transition(context, &id(saga), self.sagas[saga].as_ref(), input);
        for event in &led.events {
            let request = |round: Round| LockRequest {
                saga: id(saga),
                step: "seat".into(),
                round,
            };
            match event {
                Event::LockAsked { round, .. } => after.to_lock[saga].push_back(LockInput::Ask(request(*round))),
                Event::LockReleased { round, .. } => after.to_lock[saga].push_back(LockInput::LetGo(request(*round))),
                Event::LockMissed { round, reason, .. } if reason.code != ReasonCode::LockQueueFull => {
                    after.to_lock[saga].push_back(LockInput::LetGo(request(*round)));
                }
                _ => {}
            }
        }
        if after.is_lossy {
            after.to_lock[saga].retain(|input| matches!(input, LockInput::Ask(_)));
        }
        after.sagas[saga] = led.saga;
        if let Some(Saga::Open(state)) = &mut after.sagas[saga] {
            state.sequence = Sequence(1);
        }
        after
    }

    /// The lock takes the next message of a saga.
    fn ask(&self, saga: usize) -> Option<Self> {
        let mut after = self.clone();
        let input = after.to_lock[saga].pop_front()?;
        for event in decide_lock(&after.lock, &input) {
            if let Some(answer) = event.answer() {
                let request = event.request();
                let to = (0..SAGAS).find(|other| id(*other) == request.saga).unwrap();
                after.to_saga[to].push_back((request.round, answer));
            }
            after.lock = evolve_lock(after.lock, &event, NOW);
        }
        after.lock.sequence = Sequence(1);
        Some(after)
    }

    /// A saga takes the next answer of the lock.
    fn answer(&self, plan: &Plan, saga: usize) -> Option<Self> {
        let mut after = self.clone();
        let (round, answer) = after.to_saga[saga].pop_front()?;
        let input = Input::Lock {
            step: LOCK,
            round,
            answer,
        };
        Some(after.give(plan, saga, &input))
    }

    fn following(&self, plan: &Plan) -> Vec<Self> {
        let mut found = Vec::new();
        for saga in 0..SAGAS {
            found.extend(self.ask(saga));
            found.extend(self.answer(plan, saga));
            let inputs = inputs(plan, self.sagas[saga].as_ref());
            found.extend(inputs.iter().map(|input| self.give(plan, saga, input)));
        }
        found
    }
}

/// Explores all that can happen, and gives how many states that are, or what is wrong in one of them.
fn explored(plan: &Plan, is_lossy: bool) -> Result<usize, &'static str> {
    let begin = World {
        lock: LockState::default(),
        sagas: vec![None; SAGAS],
        to_lock: vec![VecDeque::new(); SAGAS],
        to_saga: vec![VecDeque::new(); SAGAS],
        is_lossy,
    };
    let mut seen = HashSet::from([format!("{begin:?}")]);
    let mut next = VecDeque::from([begin]);
    let mut ends = 0;
    while let Some(world) = next.pop_front() {
        if (0..SAGAS).filter(|saga| world.holds(*saga)).count() > 1 {
            return Err("two hold it");
        }
        let following = world.following(plan);
        if following.is_empty() {
            ends += 1;
            if world.sagas.iter().any(|saga| !matches!(saga, Some(Saga::Closed(_)))) {
                return Err("a saga never ends");
            }
            if world.lock.holder.is_some() || !world.lock.waiting.is_empty() {
                return Err("it is kept");
            }
        }
        for world in following {
            if seen.insert(format!("{world:?}")) {
                next.push_back(world);
            }
        }
    }
    assert!(ends > 0);
    Ok(seen.len())
}

#[test]
fn one_saga_holds_a_lock_and_at_the_end_nobody_does() {
    for on_timeout in [OnTimeout::Fail, OnTimeout::Continue] {
        for until in [vec![], vec![StepIndex(1)]] {
            let states = explored(&booking(on_timeout, until), false);
            assert!(states.is_ok_and(|states| states > 1_000), "{states:?}");
        }
    }
}

#[test]
fn a_lock_that_nobody_lets_go_is_found() {
    let found = explored(&booking(OnTimeout::Fail, vec![]), true);
    assert_eq!(found, Err("it is kept"));
}
