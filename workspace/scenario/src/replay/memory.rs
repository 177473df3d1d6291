//! What a recording knows of the world around one saga.

use std::collections::BTreeMap;

use palinode_core::{
    Input, LockAnswer, Payload, Plan, Purpose, ReasonCode, Reply, ReplyResult, Round, Saga, StepIndex, StepName,
    Timestamp,
};
use palinode_wire::journal::SagaRecord;

use crate::{
    plan_view,
    stage::{Asked, World},
};

/// An answer that was recorded.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    result: ReplyResult,
    headers: bool,
    payload: Payload,
}

/// One command that was recorded.
#[derive(Clone, Debug)]
struct Command {
    at: Timestamp,
    round: Round,
    answers: Vec<(i64, Answer)>,
    /// Whether what became of it is recorded: an answer, or that none came in time.
    is_over: bool,
}

/// When a lock was asked for, and what it answered how many milliseconds later.
type LockRequest = (Timestamp, Option<(i64, LockAnswer)>);

/// The commands that each participant was sent, by the name of the step.
pub(super) struct Memory<'a> {
    plan: &'a Plan,
    commands: BTreeMap<(StepName, Purpose), Vec<Command>>,
    asked: BTreeMap<(StepIndex, Purpose), usize>,
    /// The requests for locks, by the name of the step.
    locks: BTreeMap<StepName, Vec<LockRequest>>,
    /// Set when the recording ends before the participant answered: nobody knows how the saga goes on.
    pub(super) ran_out: bool,
    /// The step whose answer is not known.
    pub(super) stuck_on: Option<String>,
}

/// Something that was recorded.
#[derive(Clone, Debug)]
pub(super) enum Cue {
    Start(Input),
    Cancel,
    Resume,
    /// An event that a step waits for, or what a person decided.
    Other(Input),
    Reply(StepIndex, Purpose, Option<Round>, Answer),
}

impl<'a> Memory<'a> {
    /// What `records`, the events of one saga, remember; and what people and other services did, by its time.
    pub(super) fn of(plan: &'a Plan, records: &[&SagaRecord]) -> (Self, Vec<(Timestamp, Cue)>) {
        let mut memory = Self {
            plan,
            commands: BTreeMap::new(),
            asked: BTreeMap::new(),
            locks: BTreeMap::new(),
            ran_out: false,
            stuck_on: None,
        };
        let mut others = Vec::new();
        let mut last_cause = None;
        for record in records {
            let is_first = last_cause != Some(&record.cause);
            last_cause = Some(&record.cause);
            memory.remember(record);
            memory.remember_lock(record);
            let cue = match &*record.event_type {
                "SagaStarted" => start(record),
                "CancellationAccepted" | "CancellationKept" if is_first => Some(Cue::Cancel),
                "SagaResumed" if is_first => Some(Cue::Resume),
                "EventArrived" => event(plan, record),
                "WaitEnded" if is_first => event(plan, record),
                "DecisionMade" => decision(plan, record),
                _ => None,
            };
            others.extend(cue.map(|cue| (record.time, cue)));
        }
        (memory, others)
    }

    fn remember_lock(&mut self, record: &SagaRecord) {
        let Some(step) = &record.step else { return };
        let answer = match (&*record.event_type, record.code.as_deref()) {
            ("LockAsked", _) => {
                return self.locks.entry(step.clone()).or_default().push((record.time, None));
            }
            ("LockGranted", _) => LockAnswer::Granted,
            ("LockMissed", Some(code)) if code == ReasonCode::LockQueueFull.as_str() => LockAnswer::Full,
            _ => return,
        };
        if let Some((asked, answered)) = self.locks.get_mut(step).and_then(|all| all.last_mut()) {
            *answered = Some((record.time.0.saturating_sub(asked.0).max(0), answer));
        }
    }

    fn remember(&mut self, record: &SagaRecord) {
        let (Some(step), Some(purpose)) = (&record.step, record.purpose) else {
            return;
        };
        let commands = self.commands.entry((step.clone(), purpose)).or_default();
        let result = match &*record.event_type {
            "StepRequested" | "CompensationRequested" => {
                return commands.push(Command {
                    at: record.time,
                    round: record.round.unwrap_or_default(),
                    answers: Vec::new(),
                    is_over: false,
                });
            }
            "StepTimedOut" | "CompensationTimedOut" => {
                commands.iter_mut().for_each(|command| command.is_over = true);
                return;
            }
            "StepSucceeded" | "CompensationSucceeded" => ReplyResult::Succeeded,
            "StepFailed" | "CompensationFailed" => ReplyResult::Failed,
            _ => return,
        };
        let answered = commands
            .iter_mut()
            .rev()
            .find(|command| record.round.is_none_or(|round| round == command.round));
        if let (Some(command), Some(payload)) = (answered, &record.payload) {
            command.is_over = true;
            let after = record.time.0.saturating_sub(command.at.0).max(0);
            let answer = Answer {
                result,
                headers: record.definite != Some(false),
                payload: payload.clone(),
            };
            command.answers.push((after, answer));
        }
    }
}

/// A compensation that was never asked for is taken as done at once: participants have to be able to do it, and no
/// expression can see what they answer.
fn undone(asked: &Asked<'_>) -> Cue {
    let answer = Answer {
        result: ReplyResult::Succeeded,
        headers: true,
        payload: unseen(),
    };
    Cue::Reply(asked.step, asked.purpose, Some(asked.round), answer)
}

/// Stands for a payload that is not in the journal and that nothing looks into.
fn unseen() -> Payload {
    Payload {
        schema: palinode_core::SchemaId(0),
        bytes: bytes::Bytes::new(),
    }
}

fn start(record: &SagaRecord) -> Option<Cue> {
    Some(Cue::Start(Input::Start {
        payload: record.payload.clone()?,
        correlation: record.correlation.clone()?,
        traceparent: record.traceparent.clone(),
    }))
}

/// An event that was waited for; none when the wait ended without one, or the plan has no such step.
fn event(plan: &Plan, record: &SagaRecord) -> Option<Cue> {
    Some(Cue::Other(Input::Event {
        step: plan.step_named(record.step.as_ref()?.as_str())?,
        payload: record.payload.clone()?,
    }))
}

/// What a person decided; none when nobody did in time.
fn decision(plan: &Plan, record: &SagaRecord) -> Option<Cue> {
    Some(Cue::Other(Input::Decide {
        step: plan.step_named(record.step.as_ref()?.as_str())?,
        option: record.option.clone()?,
        by: record.by.clone()?,
        note: record.note.clone(),
    }))
}

impl Memory<'_> {
    fn name(&self, step: StepIndex, purpose: Purpose) -> String {
        plan_view::name_of(self.plan, step, purpose)
    }

    fn answers(&mut self, asked: &Asked<'_>) -> Result<Vec<(i64, Cue)>, String> {
        let name = self.plan.step_name(asked.step);
        let number = self.asked.entry((asked.step, asked.purpose)).or_default();
        let at = *number;
        *number += 1;
        let told = self.name(asked.step, asked.purpose);
        let Some(commands) = self.commands.get(&(name, asked.purpose)) else {
            if asked.purpose == Purpose::Compensation {
                return Ok(vec![(0, undone(asked))]);
            }
            return Err(format!(
                "'{told}' was never asked for then, so that its answer is not known"
            ));
        };
        match commands.get(at) {
            Some(command) if command.is_over => Ok(command
                .answers
                .iter()
                .map(|(after, answer)| {
                    let round = answer.headers.then_some(asked.round);
                    (*after, Cue::Reply(asked.step, asked.purpose, round, answer.clone()))
                })
                .collect()),
            Some(_) => {
                self.ran_out = true;
                Err(format!("the recording ends before '{told}' was answered"))
            }
            // The same request again: the participant gives the answer to the first command, which is on its way, or none.
            None if commands.iter().any(|command| command.round == asked.round) => Ok(Vec::new()),
            None => Err(format!(
                "'{told}' is asked for in round {}, and the recording has no answer to it",
                asked.round.0
            )),
        }
    }
}

impl World for Memory<'_> {
    type Cue = Cue;

    fn asked(&mut self, asked: &Asked<'_>) -> Result<Vec<(i64, Cue)>, String> {
        let answers = self.answers(asked);
        if answers.is_err() {
            self.stuck_on = Some(self.name(asked.step, asked.purpose));
        }
        answers
    }

    /// As then; a lock that was never asked for then is free.
    fn lock_asked(&mut self, step: StepIndex, round: Round) -> Vec<(i64, Cue)> {
        let number = self.asked.entry((step, Purpose::Forward)).or_default();
        let at = *number;
        *number += 1;
        let recorded = self.locks.get(&self.plan.step_name(step)).and_then(|all| all.get(at));
        let answer = recorded.map_or(Some((0, LockAnswer::Granted)), |(_, answer)| *answer);
        let cue = |answer| Cue::Other(Input::Lock { step, round, answer });
        answer.map(|(after, answer)| (after, cue(answer))).into_iter().collect()
    }

    fn input(&mut self, cue: &Cue, _: Option<&Saga>, _: Timestamp) -> Result<Input, String> {
        Ok(match cue {
            Cue::Start(input) | Cue::Other(input) => input.clone(),
            Cue::Cancel => Input::Cancel { payload: unseen() },
            Cue::Resume => Input::Resume {
                step: None,
                payload: None,
            },
            Cue::Reply(step, purpose, round, answer) => Input::Reply(Reply {
                step: *step,
                purpose: *purpose,
                result: answer.result,
                round: *round,
                payload: answer.payload.clone(),
            }),
        })
    }

    fn told(&self, cue: &Cue) -> String {
        match cue {
            Cue::Start(_) => "the start event".into(),
            Cue::Cancel => "a wish to cancel".into(),
            Cue::Resume => "the saga is resumed".into(),
            Cue::Other(Input::Decide { option, .. }) => format!("'{option}' is decided"),
            Cue::Other(Input::Lock { .. }) => "the recorded answer of a lock".into(),
            Cue::Other(_) => "an event that is waited for".into(),
            Cue::Reply(step, purpose, ..) => {
                format!("the recorded answer of {}", self.name(*step, *purpose))
            }
        }
    }
}
