//! One move: the core decides, the participants are asked, and the rules are held against both.

use std::{borrow::Cow, sync::Arc};

use palinode_core::{
    Action, Attempt, Context, Effect as Sent, Event, Input, LockAnswer, Plan, Purpose, Reply, ReplyResult, Round, Saga,
    SagaId, StepIndex, TimerKind, Timestamp, Transition, evolve, timers,
};

use super::{
    Again, Answer, Asked, Made, Move, Style, Unknown, World,
    check::{self, Graph},
    data::{self, Oracle},
    truth,
};
use crate::{Core, Rule};

/// The clock stands still here.
const NOW: Timestamp = Timestamp(0);

/// A time after every deadline of a step.
const TOO_LATE: Timestamp = Timestamp(i64::MAX / 2);

/// Where the time of a move comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// It stands still: any timer may fire at any time, and whether a step's own deadline has passed is picked.
    Still,
    /// It is this late.
    At(Timestamp),
}

/// A rule that a move broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) step: Option<StepIndex>,
}

/// What a move led to.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) world: World,
    pub(crate) events: Vec<Event>,
    pub(crate) effects: Vec<Sent>,
    /// What the move asked, and what was picked.
    pub(crate) asked: Vec<Asked>,
    pub(crate) broken: Vec<Broken>,
}

/// Makes moves.
pub(crate) struct Taker<'a, C> {
    core: &'a C,
    pub(crate) plan: &'a Plan,
    graph: Graph,
    id: SagaId,
    correlation: Arc<str>,
}

impl<'a, C: Core> Taker<'a, C> {
    pub(crate) fn new(core: &'a C, plan: &'a Plan) -> Self {
        Self {
            core,
            plan,
            graph: Graph::of(plan),
            id: SagaId::new(plan.name.clone(), "1"),
            correlation: "1".into(),
        }
    }

    /// Lets `made` happen; `None` when it cannot happen.
    pub(crate) fn take(&self, world: &World, made: Made, clock: Clock) -> Option<Taken> {
        let input = self.input(world, made.what)?;
        let world = &*as_if_waiting(world, made.what);
        let oracle = Oracle::new(made.picks);
        let now = self.now(world, made.what, clock, &oracle);
        let Transition { events, effects, saga } = self.decide(&oracle, world.saga.as_ref(), &input, now);
        let mut broken = Vec::new();
        let mut after = World { saga, ..world.clone() };
        truth::answer(&mut after, world, made.what);
        truth::passage(&mut after, &events);
        self.ask(&mut after, &effects, &mut broken);
        let moved = check::Moved {
            made: made.what,
            before: world,
            after: &after,
            events: &events,
            effects: &effects,
        };
        check::ends(self.plan, &moved, &mut broken);
        self.replay(&moved, now, &mut broken);
        if let Move::Again(_) = made.what {
            check::changes_nothing(&events, made.what.step_again(), &mut broken);
        } else if may_come_twice(made.what, world.style) {
            let again = self.decide(&Oracle::default(), after.saga.as_ref(), &input, now);
            check::changes_nothing(&again.events, made.what.step().map(|(step, _)| step), &mut broken);
        }
        Some(Taken {
            world: after,
            events,
            effects,
            asked: oracle.into_asked(),
            broken,
        })
    }

    /// What is wrong when `again` comes in `world`: it must change nothing.
    pub(crate) fn take_again(&self, world: &World, again: Again) -> Vec<Broken> {
        let mut broken = Vec::new();
        if let Some(input) = self.again(world, again) {
            let led = self.decide(&Oracle::default(), world.saga.as_ref(), &input, NOW);
            check::changes_nothing(&led.events, Move::Again(again).step_again(), &mut broken);
        }
        broken
    }

    fn now(&self, world: &World, made: Move, clock: Clock, oracle: &Oracle) -> Timestamp {
        if let Clock::At(now) = clock {
            return now;
        }
        if let Move::Timeout(step, purpose) | Move::Retry(step, purpose) | Move::Refused(step, purpose) = made
            && !world.goes_back()
            && world
                .request(step, purpose)
                .is_some_and(|request| request.deadline_at.is_some())
            && oracle.pick(Unknown::Deadline(step), 0) > 0
        {
            return TOO_LATE;
        }
        NOW
    }

    fn decide(&self, oracle: &Oracle, saga: Option<&Saga>, input: &Input, now: Timestamp) -> Transition {
        let context = Context {
            plan: self.plan,
            decoder: oracle,
            now,
        };
        self.core.transition(context, &self.id, saga, input)
    }

    fn input(&self, world: &World, made: Move) -> Option<Input> {
        let payload = data::nothing();
        let round = |step, purpose| world.participant(step).map(|known| known.round(purpose));
        let header = |step, purpose| round(step, purpose).filter(|_| world.style == Style::Headers);
        let input = match made {
            Move::Start => self.start(),
            Move::Cancel => Input::Cancel { payload },
            Move::Resume | Move::ResumeWith(_) => resume(),
            Move::Event(step) => Input::Event { step, payload },
            Move::Granted(step) => of_lock(world, step, LockAnswer::Granted)?,
            Move::Full(step) => of_lock(world, step, LockAnswer::Full)?,
            Move::Decide(step, option) => self.decision(step, option)?,
            Move::Deadline => Input::Timer(TimerKind::Deadline),
            Move::Timeout(step, purpose) => Input::Timer(TimerKind::Timeout {
                step,
                purpose,
                attempt: attempt(world, step, purpose),
            }),
            Move::Retry(step, purpose) => Input::Timer(TimerKind::Retry {
                step,
                purpose,
                attempt: attempt(world, step, purpose),
            }),
            Move::Done(step, purpose) => reply(step, purpose, ReplyResult::Succeeded, header(step, purpose)),
            Move::Refused(step, purpose) => reply(step, purpose, ReplyResult::Failed, header(step, purpose)),
            Move::Again(again) => self.again(world, again)?,
        };
        let can_happen = match &input {
            Input::Timer(kind) => timers(world.saga.as_ref()).iter().any(|timer| timer.kind == *kind),
            _ => true,
        };
        can_happen.then_some(input)
    }

    fn start(&self) -> Input {
        Input::Start {
            payload: data::nothing(),
            correlation: Arc::clone(&self.correlation),
            traceparent: None,
        }
    }

    fn again(&self, world: &World, again: Again) -> Option<Input> {
        let round = |step, purpose| world.participant(step).map(|known| known.round(purpose));
        Some(match again {
            Again::Start => self.start(),
            Again::Resume => resume(),
            Again::Reply(step, purpose) => {
                let result = match world.participant(step)?.answer(purpose) {
                    Answer::Done => ReplyResult::Succeeded,
                    Answer::Refused => ReplyResult::Failed,
                    Answer::NotAsked | Answer::Open => return None,
                };
                reply(step, purpose, result, Some(round(step, purpose)?))
            }
            Again::Stale(step, purpose) => {
                let before = round(step, purpose)?.0.checked_sub(1)?;
                reply(step, purpose, ReplyResult::Failed, Some(Round(before)))
            }
            Again::Event(step) => Input::Event {
                step,
                payload: data::nothing(),
            },
            Again::Granted(step) => of_lock(world, step, LockAnswer::Granted)?,
            Again::Decide(step) => self.decision(step, 0)?,
        })
    }

    fn decision(&self, step: StepIndex, option: u8) -> Option<Input> {
        let Action::Decision(question) = &self.plan.step(step).action else {
            return None;
        };
        let option = question.options.get(usize::from(option))?;
        Some(Input::Decide {
            step,
            option: Arc::clone(&option.name),
            by: "a person".into(),
            note: None,
        })
    }

    /// Tells the participants what was asked of them, in order.
    fn ask(&self, after: &mut World, effects: &[Sent], broken: &mut Vec<Broken>) {
        for sent in effects {
            let Sent::Command {
                step, purpose, round, ..
            } = sent
            else {
                continue;
            };
            let is_new = after
                .participant(*step)
                .is_some_and(|known| known.round(*purpose) != *round);
            check::command(self.plan, &self.graph, after, (*step, *purpose), is_new, broken);
            if let Some(participant) = after.participant_mut(*step) {
                truth::asked(participant, *purpose, *round, is_new);
            }
        }
    }

    /// After a crash the state is what the journal says.
    fn replay(&self, moved: &check::Moved<'_>, now: Timestamp, broken: &mut Vec<Broken>) {
        let folded = moved.events.iter().fold(moved.before.saga.clone(), |saga, event| {
            evolve(self.plan, &self.id, saga, event, now)
        });
        if folded != moved.after.saga {
            broken.push(Broken {
                rule: Rule::NotReplayable,
                step: None,
            });
        }
    }
}

/// The world in which the saga waits for the step that a person resumes.
fn as_if_waiting(world: &World, made: Move) -> Cow<'_, World> {
    let mut world = Cow::Borrowed(world);
    if let Move::ResumeWith(step) = made
        && let Some(Saga::Open(state)) = &mut world.to_mut().saga
        && let Some(suspension) = &mut state.suspended
    {
        suspension.step = Some((step, Purpose::Compensation));
    }
    world
}

fn resume() -> Input {
    Input::Resume {
        step: None,
        payload: None,
    }
}

fn of_lock(world: &World, step: StepIndex, answer: LockAnswer) -> Option<Input> {
    Some(Input::Lock {
        step,
        round: world.request(step, Purpose::Forward)?.round,
        answer,
    })
}

fn attempt(world: &World, step: StepIndex, purpose: Purpose) -> Attempt {
    world
        .request(step, purpose)
        .map_or(Attempt(0), |request| request.attempt)
}

/// Somebody who resumes or decides twice means it; and a reply without headers is not told from another one.
fn may_come_twice(made: Move, style: Style) -> bool {
    match made {
        Move::Resume | Move::ResumeWith(_) | Move::Decide(..) => false,
        Move::Done(..) | Move::Refused(..) => style == Style::Headers,
        _ => true,
    }
}

fn reply(step: StepIndex, purpose: Purpose, result: ReplyResult, round: Option<Round>) -> Input {
    Input::Reply(Reply {
        step,
        purpose,
        result,
        round,
        payload: data::nothing(),
    })
}
