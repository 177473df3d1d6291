//! One saga with a clock: each participant answers when it is told to, and timers fire when they are due.

use std::time::Duration;

use palinode_core::{Action, Attempt, Event, Plan, Purpose, StepIndex, TimerKind, Timestamp, timers};

use crate::{
    Core,
    world::{Clock, Made, Move, Picks, Style, Taken, Taker, World, moves},
};

/// What happened, and when.
pub(crate) struct Played(pub(crate) Vec<(Timestamp, Made, Taken)>);

impl Played {
    /// Whether the saga's deadline passed.
    pub(crate) fn meets_deadline(&self) -> bool {
        let mut events = self.0.iter().flat_map(|(_, _, taken)| &taken.events);
        events.any(|event| matches!(event, Event::DeadlinePassed))
    }

    /// How many commands `step` had.
    pub(crate) fn attempts(&self, step: StepIndex) -> u32 {
        let events = self.0.iter().flat_map(|(_, _, taken)| &taken.events);
        let of_step = events.filter_map(|event| match event {
            Event::Requested {
                step: asked,
                purpose: Purpose::Forward,
                attempt,
                ..
            } if asked.template() == step => Some(attempt.0),
            _ => None,
        });
        of_step.max().unwrap_or(0)
    }
}

/// How long somebody takes to answer: a participant its command, a person a question, the world with an event.
pub(crate) type Patience<'a> = dyn Fn(StepIndex, Attempt) -> Option<Duration> + 'a;

/// Plays a saga in which every answer comes after the time that `patience` says, or not at all, until it ends, waits,
/// turns back, or has met its deadline.
pub(crate) fn play<C: Core>(taker: &Taker<'_, C>, patience: &Patience<'_>) -> Played {
    let mut now = Timestamp(0);
    let mut world = World::new(taker.plan, Style::Headers);
    let mut answers: Vec<(Timestamp, Move)> = Vec::new();
    let mut played = Played(Vec::new());
    let mut next = Some(Move::Start);
    while let Some(what) = next {
        let made = Made {
            what,
            picks: Picks::default(),
        };
        let Some(taken) = taker.take(&world, made, Clock::At(now)) else {
            break;
        };
        world = taken.world.clone();
        let asked = taken
            .events
            .iter()
            .filter_map(|event| answer(taker.plan, event, patience));
        answers.extend(asked.map(|(after, answer)| (now.plus(after), answer)));
        played.0.push((now, made, taken));
        if world.is_closed() || world.is_suspended() || world.goes_back() {
            break;
        }
        next = following(taker.plan, &world, &mut answers, &mut now);
    }
    played
}

/// What `event` is answered, and how much later.
fn answer(plan: &Plan, event: &Event, patience: &Patience<'_>) -> Option<(Duration, Move)> {
    let first = Attempt(1);
    match event {
        Event::Requested {
            step,
            purpose: Purpose::Forward,
            attempt,
            ..
        } => Some((patience(*step, *attempt)?, Move::Done(*step, Purpose::Forward))),
        Event::WaitStarted { step, .. } if plan.step(*step).event().is_some() => {
            Some((patience(*step, first)?, Move::Event(*step)))
        }
        Event::LockAsked { step, .. } => Some((patience(*step, first)?, Move::Granted(*step))),
        Event::DecisionAsked { step, .. } => {
            let Action::Decision(question) = &plan.step(*step).action else {
                return None;
            };
            let option = question.options.iter().position(|option| !option.fails)?;
            Some((patience(*step, first)?, Move::Decide(*step, u8::try_from(option).ok()?)))
        }
        _ => None,
    }
}

/// What comes next. An answer that comes together with a timer comes first.
fn following(plan: &Plan, world: &World, answers: &mut Vec<(Timestamp, Move)>, now: &mut Timestamp) -> Option<Move> {
    let mut possible = Vec::new();
    moves(plan, world, &mut possible);
    answers.retain(|(_, answer)| possible.contains(answer));
    let answer = answers.iter().enumerate().min_by_key(|(_, (at, _))| *at);
    let timer = timers(world.saga.as_ref()).into_iter().min();
    match (answer.map(|(place, (at, _))| (place, *at)), timer) {
        (Some((place, at)), timer) if timer.is_none_or(|timer| at <= timer.due) => {
            *now = at;
            Some(answers.remove(place).1)
        }
        (_, Some(timer)) => {
            *now = timer.due.max(*now);
            Some(match timer.kind {
                TimerKind::Deadline => Move::Deadline,
                TimerKind::Timeout { step, purpose, .. } => Move::Timeout(step, purpose),
                TimerKind::Retry { step, purpose, .. } => Move::Retry(step, purpose),
            })
        }
        (_, None) => None,
    }
}
