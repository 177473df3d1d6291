//! A definition, compiled: what a saga does, without YAML, Avro or CEL.

use std::{sync::Arc, time::Duration};

use crate::{
    DefinitionName, Expression, FieldName, MessageIndex, Purpose, RecordName, StepIndex, StepName, TopicName, Value,
};

/// A compiled definition. Immutable; shared by all sagas of one version.
#[derive(Debug)]
pub struct Plan {
    /// The name of the definition.
    pub name: DefinitionName,
    /// The version of the definition.
    pub version: u32,
    /// SHA-256 of the definition's text, in hexadecimal.
    pub hash: Arc<str>,
    /// Who answers for the process.
    pub owner: Arc<str>,
    /// The event that starts a saga; its record key is the saga's key.
    pub started_by: Trigger,
    /// The event that asks to cancel a saga.
    pub cancelled_by: Option<Trigger>,
    /// How long a saga may take: before the pivot it is then compensated, after it suspended.
    pub deadline: Option<Duration>,
    /// The steps, in topological order of `after`.
    pub steps: Vec<StepPlan>,
    /// The step after which only forward recovery is allowed.
    pub pivot: Option<StepIndex>,
    /// Events for everybody.
    pub emits: Vec<Emission>,
    /// What the outcome record carries for analysts, beside the stages.
    pub outcome: Vec<FieldPlan>,
    /// Every message that the plan can send; commands and emissions refer to them by index.
    pub messages: Vec<MessagePlan>,
}

impl Plan {
    /// The step at `index`.
    pub fn step(&self, index: StepIndex) -> &StepPlan {
        &self.steps[index.at()]
    }

    /// The message at `index`.
    pub fn message(&self, index: MessageIndex) -> &MessagePlan {
        &self.messages[index.at()]
    }

    /// The indexes of all steps, in topological order.
    pub fn step_indexes(&self) -> impl DoubleEndedIterator<Item = StepIndex> + use<> {
        (0..u16::try_from(self.steps.len()).unwrap_or(u16::MAX)).map(StepIndex)
    }

    /// The index of the step called `name`.
    pub fn step_named(&self, name: &str) -> Option<StepIndex> {
        self.step_indexes()
            .find(|index| self.step(*index).name.as_str() == name)
    }
}

/// A record type on a topic that means something to the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The record type.
    pub record: RecordName,
    /// The topic it stands on.
    pub topic: TopicName,
}

/// Where a step stands to the pivot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Before the pivot, or the definition has none: the step can be taken back.
    Compensatable,
    /// The pivot: when it may have been done there is no way back.
    Pivot,
    /// After the pivot: retried, then suspended, never compensated.
    ForwardOnly,
}

/// One step.
#[derive(Debug)]
pub struct StepPlan {
    /// The id of the step.
    pub name: StepName,
    /// The steps that must have succeeded before this one is requested.
    pub after: Vec<StepIndex>,
    /// The steps that name this one in their `after`.
    pub dependents: Vec<StepIndex>,
    /// Where the step stands to the pivot.
    pub zone: Zone,
    /// What the participant is asked.
    pub command: MessageIndex,
    /// What the participant answers.
    pub replies: Replies,
    /// How long one attempt waits for its reply.
    pub timeout: Duration,
    /// When and how often the step is tried again.
    pub retry: RetryPolicy,
    /// What happens when no attempt is left.
    pub on_exhausted: OnExhausted,
    /// The event that starts a suspended step again.
    pub resumed_by: Option<Trigger>,
    /// How the step is taken back; `None` when there is nothing to take back.
    pub compensation: Option<CompensationPlan>,
}

impl StepPlan {
    /// The message that asks for the step, or to take it back.
    pub fn command_for(&self, purpose: Purpose) -> MessageIndex {
        self.compensation_for(purpose)
            .map_or(self.command, |compensation| compensation.command)
    }

    /// How long one attempt waits for its reply.
    pub fn timeout_for(&self, purpose: Purpose) -> Duration {
        self.compensation_for(purpose)
            .map_or(self.timeout, |compensation| compensation.timeout)
    }

    /// When and how often the step, or taking it back, is tried again.
    pub fn retry_for(&self, purpose: Purpose) -> &RetryPolicy {
        self.compensation_for(purpose)
            .map_or(&self.retry, |compensation| &compensation.retry)
    }

    fn compensation_for(&self, purpose: Purpose) -> Option<&CompensationPlan> {
        match purpose {
            Purpose::Forward => None,
            Purpose::Compensation => self.compensation.as_ref(),
        }
    }
}

/// How a step is taken back. Its command goes to the topic of the step's command, so that it arrives after it.
#[derive(Debug)]
pub struct CompensationPlan {
    /// What the participant is asked.
    pub command: MessageIndex,
    /// What the participant answers.
    pub replies: Replies,
    /// How long one attempt waits for its reply.
    pub timeout: Duration,
    /// When and how often it is tried again; when no attempt is left the saga is suspended.
    pub retry: RetryPolicy,
}

/// The record types that answer a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    /// The topic they stand on.
    pub topic: TopicName,
    /// It was done.
    pub succeeded: RecordName,
    /// It was refused, and nothing was done.
    pub failed: Option<RecordName>,
}

/// When and how often a step is tried again.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// Attempts in all, the first one counted; 1 or more.
    pub attempts: u32,
    /// The pause before the second attempt.
    pub initial: Duration,
    /// By how much each pause is longer than the one before it.
    pub factor: f64,
    /// The longest pause.
    pub max: Duration,
    /// Which definite failures are tried again (in a new round); `None`: no one. Time-outs always are (in the same round).
    pub when: Option<Arc<dyn Expression>>,
}

impl RetryPolicy {
    /// The pause after attempt number `attempt` (counted from 1) of this budget.
    pub fn pause_after(&self, attempt: u32) -> Duration {
        let grown = self.initial.as_secs_f64()
            * self
                .factor
                .powi(i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX));
        if grown.is_finite() && grown < self.max.as_secs_f64() {
            Duration::from_secs_f64(grown.max(0.0))
        } else {
            self.max
        }
    }
}

/// What happens to a compensatable step when no attempt is left and its outcome is unknown or worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExhausted {
    /// The saga waits for a person, a resuming event, or a late success.
    Suspend,
    /// The saga is compensated; a step whose outcome is unknown counts as possibly done.
    Compensate,
}

/// A message that the plan can send.
#[derive(Debug)]
pub struct MessagePlan {
    /// Where it goes.
    pub topic: TopicName,
    /// Its record type.
    pub record: RecordName,
    /// How it is filled.
    pub fields: Vec<FieldPlan>,
}

/// How one field is filled.
#[derive(Clone, Debug)]
pub struct FieldPlan {
    /// The field.
    pub name: FieldName,
    /// Its value.
    pub expression: Arc<dyn Expression>,
}

/// An event that the saga emits for everybody at some of its milestones.
#[derive(Debug)]
pub struct Emission {
    /// The milestones.
    pub on: Vec<Milestone>,
    /// The message.
    pub message: MessageIndex,
}

/// A point of a saga at which a definition may emit an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// `started`
    Started,
    /// `<step>.succeeded`
    StepSucceeded(StepIndex),
    /// `<step>.failed`: a definite failure that is not tried again.
    StepFailed(StepIndex),
    /// `<step>.compensated`
    StepCompensated(StepIndex),
    /// `suspended`
    Suspended,
    /// `resumed`
    Resumed,
    /// `compensating`
    Compensating,
    /// `completed`
    Completed,
    /// `compensated`
    Compensated,
    /// `cancelRefused`
    CancelRefused,
}

impl Milestone {
    /// The word for the milestone, as definitions write it.
    pub fn name(self, plan: &Plan) -> Arc<str> {
        let of_step = |step: StepIndex, what: &str| -> Arc<str> { format!("{}.{what}", plan.step(step).name).into() };
        match self {
            Self::Started => "started".into(),
            Self::StepSucceeded(step) => of_step(step, "succeeded"),
            Self::StepFailed(step) => of_step(step, "failed"),
            Self::StepCompensated(step) => of_step(step, "compensated"),
            Self::Suspended => "suspended".into(),
            Self::Resumed => "resumed".into(),
            Self::Compensating => "compensating".into(),
            Self::Completed => "completed".into(),
            Self::Compensated => "compensated".into(),
            Self::CancelRefused => "cancelRefused".into(),
        }
    }
}

/// An expression that always gives the same value; for tests and for literals.
#[derive(Clone, Debug)]
pub struct Constant(pub Value);

impl Expression for Constant {
    fn evaluate(&self, _: &dyn crate::Fields) -> Result<Value, crate::EvaluationError> {
        Ok(self.0.clone())
    }

    fn source(&self) -> &str {
        "constant"
    }
}
