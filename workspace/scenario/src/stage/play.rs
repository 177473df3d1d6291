//! From what is due next to what follows from it.

use std::collections::BTreeMap;

use palinode_core::{
    Context, Effect, Event, Input, InputId, Plan, Purpose, Reason, ReasonCode, Round, Saga, SagaId, Sequence,
    StepIndex, TimerKind, Timestamp, Transition, Value, timers, transition, transition_refused,
};
use palinode_wire::{journal::SagaRecord, own};

use super::{Cast, Happened, Moment, Sent};
use crate::{limits::INPUTS_MAX, plan_view};

/// The world around a saga: participants and everybody else.
pub(crate) trait World {
    /// Something that will happen.
    type Cue;

    /// What a command leads to, each thing so many milliseconds later; otherwise why that is not known.
    fn asked(&mut self, asked: &Asked<'_>) -> Result<Vec<(i64, Self::Cue)>, String>;

    /// What the lock answers that a step asks for, each thing so many milliseconds later.
    fn lock_asked(&mut self, step: StepIndex, round: Round) -> Vec<(i64, Self::Cue)>;

    /// The input that is now due; otherwise why there is none.
    fn input(&mut self, cue: &Self::Cue, saga: Option<&Saga>, now: Timestamp) -> Result<Input, String>;

    /// The cue in words.
    fn told(&self, cue: &Self::Cue) -> String;
}

/// A command that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) step: StepIndex,
    pub(crate) purpose: Purpose,
    pub(crate) round: Round,
    pub(crate) at: Timestamp,
    pub(crate) content: &'a Value,
}

/// Why a story ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing follows any more, or what follows is later than was to be played.
    AtRest,
    /// It goes on and on.
    Endless,
    /// The world does not know what happens next.
    Unknown(String),
}

/// How long a story is played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Until then; none: until nothing follows any more.
    pub(crate) until: Option<Timestamp>,
    /// Without that, a saga that waits for somebody rests when nothing but its deadline is ahead and later than this.
    pub(crate) deadline_until: Timestamp,
}

/// A saga and its world.
pub(crate) struct Stage<'a, W: World> {
    cast: &'a Cast<'a>,
    id: SagaId,
    pub(crate) world: W,
    pub(crate) saga: Option<Saga>,
    pub(crate) moments: Vec<Moment>,
    now: Timestamp,
    /// What is due, by time and then in the order in which it became known.
    due: BTreeMap<(Timestamp, u64), W::Cue>,
    known: u64,
}

impl<'a, W: World> Stage<'a, W> {
    pub(crate) fn new(cast: &'a Cast<'a>, id: SagaId, world: W) -> Self {
        Self {
            cast,
            id,
            world,
            saga: None,
            moments: Vec::new(),
            now: Timestamp(i64::MIN),
            due: BTreeMap::new(),
            known: 0,
        }
    }

    /// Lets `cue` happen at `at`.
    pub(crate) fn plan(&mut self, at: Timestamp, cue: W::Cue) {
        self.due.insert((at, self.known), cue);
        self.known += 1;
    }

    /// Plays until nothing follows any more, or until a time.
    pub(crate) fn play(&mut self, span: Span) -> Ended {
        let Span { until, deadline_until } = span;
        for _ in 0..INPUTS_MAX {
            let input = self.due.first_key_value().map(|((at, _), _)| *at);
            let timer = timers(self.saga.as_ref()).into_iter().min();
            let is_first = |at: Timestamp| timer.is_none_or(|timer| at <= timer.due);
            let taken = match (input, timer) {
                (Some(at), _) if is_first(at) => {
                    if is_over(at, until) {
                        return Ended::AtRest;
                    }
                    self.happen()
                }
                (_, Some(timer)) => {
                    let rests = until.is_none()
                        && timer.kind == TimerKind::Deadline
                        && timer.due > deadline_until
                        && self.waits_for_others();
                    if is_over(timer.due, until) || (rests && input.is_none()) {
                        return Ended::AtRest;
                    }
                    self.now = self.now.max(timer.due);
                    self.take(in_words(self.cast.plan, timer.kind), &Input::Timer(timer.kind))
                }
                _ => return Ended::AtRest,
            };
            if let Err(reason) = taken {
                return Ended::Unknown(reason);
            }
        }
        Ended::Endless
    }

    /// Whether the saga waits for somebody, so that nothing but its deadline is ahead.
    fn waits_for_others(&self) -> bool {
        let open = self.saga.as_ref().and_then(Saga::open);
        open.is_some_and(|state| state.suspended.is_some())
    }

    fn happen(&mut self) -> Result<(), String> {
        let Some(((at, _), cue)) = self.due.pop_first() else {
            return Ok(());
        };
        self.now = self.now.max(at);
        let words = self.world.told(&cue);
        let input = self.world.input(&cue, self.saga.as_ref(), self.now)?;
        self.take(words, &input)
    }

    fn take(&mut self, cause: String, input: &Input) -> Result<(), String> {
        let context = Context {
            plan: self.cast.plan,
            decoder: self.cast.records.schemas,
            now: self.now,
        };
        let before = self.saga.take();
        let wanted = transition(context, &self.id, before.as_ref(), input);
        let (after, sent, trouble) = match self.sent(&wanted) {
            Ok(sent) => (wanted, sent, None),
            Err(why) => {
                let reason = Reason::new(ReasonCode::OutputRefused, why.as_str());
                let held = transition_refused(context, &self.id, before.as_ref(), input, &reason);
                let sent = held
                    .effects
                    .iter()
                    .filter_map(|effect| self.written(effect).ok().flatten())
                    .collect();
                (held, sent, Some(why))
            }
        };
        let begin = before.as_ref().map_or(Sequence::default(), Saga::sequence);
        let events = self.recorded(begin, &after.events);
        self.saga = after.saga;
        if !events.is_empty() {
            self.moments.push(Moment {
                at: self.now,
                cause,
                events,
                sent,
                trouble,
            });
            self.ask(&after.effects)?;
            self.ask_locks(&after.events);
        }
        Ok(())
    }

    /// Lets the participants know what they are asked.
    fn ask(&mut self, effects: &[Effect]) -> Result<(), String> {
        for effect in effects {
            if let Effect::Command {
                step,
                purpose,
                round,
                message,
                values,
                ..
            } = effect
            {
                let content = self.cast.content(*message, values)?;
                let asked = Asked {
                    step: *step,
                    purpose: *purpose,
                    round: *round,
                    at: self.now,
                    content: &content,
                };
                for (later, cue) in self.world.asked(&asked)? {
                    let at = Timestamp(self.now.0.saturating_add(later));
                    self.plan(at, cue);
                }
            }
        }
        Ok(())
    }

    /// Lets the locks know what they are asked.
    fn ask_locks(&mut self, events: &[Event]) {
        for event in events {
            if let Event::LockAsked { step, round, .. } = event {
                for (later, cue) in self.world.lock_asked(*step, *round) {
                    let at = Timestamp(self.now.0.saturating_add(later));
                    self.plan(at, cue);
                }
            }
        }
    }

    fn sent(&self, transition: &Transition) -> Result<Vec<Sent>, String> {
        let written = |effect| self.written(effect).transpose();
        transition.effects.iter().filter_map(written).collect()
    }

    fn written(&self, effect: &Effect) -> Result<Option<Sent>, String> {
        let plan = self.cast.plan;
        Ok(Some(match effect {
            Effect::Command {
                step,
                purpose,
                round,
                attempt,
                message,
                values,
                sub_saga,
            } => Sent::Command {
                step: plan.step_name(*step).to_string(),
                purpose: *purpose,
                round: *round,
                attempt: *attempt,
                record: match (sub_saga, purpose) {
                    (Some(_), Purpose::Compensation) => own::SUB_SAGA_TAKEN_BACK.name.into(),
                    _ => plan.message(*message).record.to_string(),
                },
                content: self.cast.content(*message, values)?,
            },
            Effect::Emission {
                milestone,
                message,
                values,
                ..
            } => Sent::Emission {
                milestone: milestone.name(plan).to_string(),
                record: plan.message(*message).record.to_string(),
                content: self.cast.content(*message, values)?,
            },
            Effect::Outcome { values, .. } => Sent::Outcome {
                content: self.cast.outcome(values),
            },
            // Nobody asked for the saga of a scenario.
            Effect::Answer(_) => return Ok(None),
        }))
    }

    fn recorded(&self, begin: Sequence, events: &[Event]) -> Vec<Happened> {
        let cause = InputId::from(format!("input/{}", self.moments.len() + 1));
        let mut sequence = begin;
        let mut recorded = Vec::with_capacity(events.len());
        for event in events {
            sequence = sequence.next();
            recorded.push(Happened {
                record: SagaRecord::from_event(self.cast.plan, &self.id, sequence, self.now, &cause, event),
                needs_attention: event.needs_attention(),
            });
        }
        recorded
    }
}

fn is_over(at: Timestamp, until: Option<Timestamp>) -> bool {
    until.is_some_and(|until| at > until)
}

fn in_words(plan: &Plan, timer: TimerKind) -> String {
    let of = |step: StepIndex, purpose| plan_view::name_of(plan, step, purpose);
    match timer {
        TimerKind::Deadline => "the deadline".into(),
        TimerKind::Timeout { step, purpose, .. } => format!("the wait for {} ends", of(step, purpose)),
        TimerKind::Retry { step, purpose, .. } => format!("the pause of {} ends", of(step, purpose)),
    }
}
