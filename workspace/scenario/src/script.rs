//! The world of a scenario: participants that do as they are told, and what happens by itself.

use std::{collections::BTreeMap, time::Duration};

use palinode_core::{
    Input, LockAnswer, Purpose, RecordName, Reply, ReplyResult, Round, Saga, SagaId, StepIndex, Timestamp, Value,
};

use crate::{
    model::{Behaviour, Given, Participants, Scenario, What},
    plan_view,
    stage::{Asked, Cast, Ended, Span, Stage, World},
    values::{Around, invent},
};

/// A step or its compensation.
type Step = (StepIndex, Purpose);

/// The script of one scenario.
pub(crate) struct Script<'a> {
    cast: &'a Cast<'a>,
    scenario: &'a Scenario,
    start: Value,
    /// How many commands each participant was sent.
    commands: BTreeMap<Step, usize>,
    /// What each participant was last asked.
    asked: BTreeMap<Step, Value>,
    /// What each participant last answered.
    answered: BTreeMap<Step, Input>,
}

/// Something in a script.
pub(crate) enum Cue<'a> {
    /// The start event.
    Start,
    /// It happens by itself.
    Happens(&'a What),
    /// A participant answers.
    Reply(Step, Input),
}

/// Plays a scenario.
pub(crate) fn play<'a>(
    cast: &'a Cast<'a>,
    scenario: &'a Scenario,
    begins_at: Timestamp,
) -> (Stage<'a, Script<'a>>, Ended) {
    let script = Script {
        cast,
        scenario,
        start: cast.records.read(&scenario.start),
        commands: BTreeMap::new(),
        asked: BTreeMap::new(),
        answered: BTreeMap::new(),
    };
    let id = SagaId::new(cast.plan.name.clone(), scenario.key.as_str());
    let mut stage = Stage::new(cast, id, script);
    stage.plan(begins_at, Cue::Start);
    for happening in &scenario.happenings {
        let at = Timestamp(begins_at.0.saturating_add(happening.at));
        stage.plan(at, Cue::Happens(&happening.what));
    }
    let ended = stage.play(Span {
        until: scenario.until.map(|until| begins_at.plus(until)),
        deadline_until: Timestamp(i64::MIN),
    });
    (stage, ended)
}

impl<'a> World for Script<'a> {
    type Cue = Cue<'a>;

    fn asked(&mut self, asked: &Asked<'_>) -> Result<Vec<(i64, Cue<'a>)>, String> {
        let step = (asked.step, asked.purpose);
        let number = self.commands.entry(step).or_default();
        let behaviour = self.scenario.participants.behaviour(step, *number);
        *number += 1;
        self.asked.insert(step, asked.content.clone());
        let Some(result) = behaviour.result else {
            return Ok(Vec::new());
        };
        let after = i64::try_from(behaviour.after.as_millis()).unwrap_or(i64::MAX);
        let now = asked.at.plus(behaviour.after);
        let round = behaviour.headers.then_some(asked.round);
        let input = self.reply(step, result, round, &behaviour.given, now)?;
        let times = if behaviour.twice { 2 } else { 1 };
        Ok((0..times).map(|_| (after, Cue::Reply(step, input.clone()))).collect())
    }

    /// A lock is free, unless the scenario says what it does as of a participant.
    fn lock_asked(&mut self, step: StepIndex, round: Round) -> Vec<(i64, Cue<'a>)> {
        let asked = (step, Purpose::Forward);
        let number = self.commands.entry(asked).or_default();
        let told = self.scenario.participants.told(asked, *number);
        *number += 1;
        let (result, after) = told.map_or((Some(ReplyResult::Succeeded), Duration::ZERO), |told| {
            (told.result, told.after)
        });
        let answer = match result {
            Some(ReplyResult::Succeeded) => LockAnswer::Granted,
            Some(ReplyResult::Failed) => LockAnswer::Full,
            None => return Vec::new(),
        };
        let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        vec![(after, Cue::Reply(asked, Input::Lock { step, round, answer }))]
    }

    fn input(&mut self, cue: &Cue<'a>, saga: Option<&Saga>, now: Timestamp) -> Result<Input, String> {
        let what = match cue {
            Cue::Start => return Ok(self.start(&self.scenario.start)),
            Cue::Reply(step, input) => {
                self.answered.insert(*step, input.clone());
                return Ok(input.clone());
            }
            Cue::Happens(what) => what,
        };
        match what {
            What::Start(payload) => Ok(self.start(payload)),
            What::Cancel(payload) => Ok(Input::Cancel {
                payload: payload.clone(),
            }),
            What::Resume(step, payload) => Ok(Input::Resume {
                step: *step,
                payload: payload.clone(),
            }),
            What::Event(step, payload) => Ok(Input::Event {
                step: *step,
                payload: payload.clone(),
            }),
            What::Decide { step, option, by, note } => Ok(Input::Decide {
                step: *step,
                option: option.as_str().into(),
                by: by.as_str().into(),
                note: note.as_deref().map(Into::into),
            }),
            What::Reply {
                step,
                purpose,
                result,
                round,
                headers,
                given,
            } => {
                let current = || current_round(saga, *step, *purpose);
                let round = headers.then(|| round.map_or_else(current, Round));
                self.reply((*step, *purpose), *result, round, given, now)
            }
            What::Repeat(step, purpose) => self.answered.get(&(*step, *purpose)).cloned().ok_or_else(|| {
                let name = plan_view::name_of(self.cast.plan, *step, *purpose);
                format!("'{name}' has not answered yet, so that there is nothing to repeat")
            }),
        }
    }

    fn told(&self, cue: &Cue<'a>) -> String {
        let of = |(step, purpose): Step| plan_view::name_of(self.cast.plan, step, purpose);
        match cue {
            Cue::Start => "the start event".into(),
            Cue::Reply(step, input) => said(&of(*step), input),
            Cue::Happens(What::Start(_)) => "another start event".into(),
            Cue::Happens(What::Cancel(_)) => "a wish to cancel".into(),
            Cue::Happens(What::Resume(Some(step), _)) => {
                format!("the event that resumes {}", of((*step, Purpose::Forward)))
            }
            Cue::Happens(What::Resume(None, _)) => "a person resumes the saga".into(),
            Cue::Happens(What::Event(step, _)) => {
                format!("the event that {} waits for", of((*step, Purpose::Forward)))
            }
            Cue::Happens(What::Decide { step, option, by, .. }) => {
                format!("{by} decides '{option}' for {}", of((*step, Purpose::Forward)))
            }
            Cue::Happens(What::Reply { step, purpose, .. }) => {
                format!("a reply of {} that no command led to", of((*step, *purpose)))
            }
            Cue::Happens(What::Repeat(step, purpose)) => {
                format!("the last reply of {} once more", of((*step, *purpose)))
            }
        }
    }
}

impl Script<'_> {
    fn start(&self, payload: &palinode_core::Payload) -> Input {
        Input::Start {
            payload: payload.clone(),
            correlation: self.scenario.key.as_str().into(),
            traceparent: None,
        }
    }

    fn reply(
        &self,
        step: Step,
        result: ReplyResult,
        round: Option<Round>,
        given: &Given,
        now: Timestamp,
    ) -> Result<Input, String> {
        let plan = self.cast.plan;
        // Whoever is told to fail but cannot, succeeds: `*` is for all.
        let known = |result| plan_view::reply_record(plan, step.0, step.1, result).map(|record| (result, record));
        let (result, record): (ReplyResult, &RecordName) =
            known(result).or_else(|| known(ReplyResult::Succeeded)).ok_or_else(|| {
                format!(
                    "no participant is asked for '{}'",
                    plan_view::name_of(plan, step.0, step.1)
                )
            })?;
        let view = self
            .cast
            .records
            .view(record)
            .ok_or_else(|| format!("there is no schema of {record}"))?;
        let sources: Vec<&Value> = self.asked.get(&step).into_iter().chain([&self.start]).collect();
        let around = Around { sources: &sources, now };
        let payload = self
            .cast
            .records
            .write(record, &invent(view, &given.fields, around))
            .map_err(|reason| format!("{record} cannot be written: {reason}"))?;
        Ok(Input::Reply(Reply {
            step: step.0,
            purpose: step.1,
            result,
            round,
            payload,
        }))
    }
}

impl Participants {
    /// What the participant does with its n-th command; one of an item of a step does what is said of the item, or of
    /// the step.
    fn behaviour(&self, step: Step, number: usize) -> Behaviour {
        let told = self.told(step, number).or(self.others.as_ref());
        told.cloned().unwrap_or_else(Self::usual)
    }

    /// What is said of this participant itself.
    fn told(&self, (index, purpose): Step, number: usize) -> Option<&Behaviour> {
        let of_item = self.by_step.get(&(index, purpose));
        let of_step = of_item.or_else(|| self.by_step.get(&(index.template(), purpose)));
        of_step.and_then(|all| all.get(number).or_else(|| all.last()))
    }
}

/// The round that a participant which answers the last command would name.
fn current_round(saga: Option<&Saga>, step: StepIndex, purpose: Purpose) -> Round {
    let state = match saga {
        Some(Saga::Open(state)) => Some(state),
        Some(Saga::Closed(closed)) => closed.memory.as_ref(),
        _ => None,
    };
    let round = state
        .and_then(|state| state.get(step))
        .map_or(Round(1), |step| step.request(purpose).round);
    round.max(Round(1))
}

fn said(name: &str, input: &Input) -> String {
    match input {
        Input::Reply(Reply {
            result: ReplyResult::Failed,
            ..
        }) => format!("{name} is refused by its participant"),
        Input::Lock {
            answer: LockAnswer::Granted,
            ..
        } => format!("the lock of {name} is granted"),
        Input::Lock { .. } => format!("too many wait for the lock of {name}"),
        _ => format!("{name} is done by its participant"),
    }
}
