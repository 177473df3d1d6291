//! Scenarios, read and checked.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use palinode_core::{FieldName, Outcome, Payload, Purpose, ReplyResult, StepIndex, Timestamp, Value};

use crate::document::{Fields, Place};

/// The scenarios of one file.
#[derive(Debug)]
pub struct Suite {
    /// The name of the file, as the caller gave it.
    pub file: Arc<str>,
    /// When every scenario begins.
    pub(crate) begins_at: Timestamp,
    pub(crate) scenarios: Vec<Scenario>,
}

impl Suite {
    /// How many scenarios there are.
    pub fn len(&self) -> usize {
        self.scenarios.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scenarios.is_empty()
    }
}

/// One scenario.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// The key of the saga.
    pub(crate) key: String,
    pub(crate) start: Payload,
    pub(crate) participants: Participants,
    pub(crate) happenings: Vec<Happening>,
    /// How long it is played; without it until nothing follows any more.
    pub(crate) until: Option<Duration>,
    pub(crate) expect: Expectation,
}

/// What participants do when they are asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Participants {
    /// The n-th command gets the n-th behaviour; the last one repeats.
    pub(crate) by_step: BTreeMap<(StepIndex, Purpose), Vec<Behaviour>>,
    /// What all others do.
    pub(crate) others: Option<Behaviour>,
}

/// What a participant does with one command.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    /// What it answers; `None`: nothing.
    pub(crate) result: Option<ReplyResult>,
    /// How long after the command.
    pub(crate) after: Duration,
    /// What the reply holds; the rest is made up.
    pub(crate) given: Given,
    /// Whether the reply names the request that it answers.
    pub(crate) headers: bool,
    /// Whether the reply is sent twice.
    pub(crate) twice: bool,
}

/// Fields of a reply, by the record that has them. `*` and lists may name several steps' records.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) fields: Vec<(FieldName, Value)>,
}

/// Something that happens by itself.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    /// Milliseconds after the start; negative: before it.
    pub(crate) at: i64,
    pub(crate) what: What,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Another start event with the same key.
    Start(Payload),
    /// A wish to cancel.
    Cancel(Payload),
    /// A person, or an event, resumes the saga.
    Resume(Option<StepIndex>, Option<Payload>),
    /// A reply that no command led to.
    Reply {
        step: StepIndex,
        purpose: Purpose,
        result: ReplyResult,
        /// The round that it names; `None`: the current one.
        round: Option<u32>,
        headers: bool,
        given: Given,
    },
    /// The event that a step waits for.
    Event(StepIndex, Payload),
    /// A person decides.
    Decide {
        step: StepIndex,
        option: String,
        by: String,
        note: Option<String>,
    },
    /// The participant's last reply comes once more.
    Repeat(StepIndex, Purpose),
}

/// What a scenario expects. What it does not mention is not compared.
#[derive(Debug, Default)]
pub(crate) struct Expectation {
    /// Exactly these commands, in this order.
    pub(crate) commands: Option<(Place, Vec<ExpectedCommand>)>,
    /// Steps that are never asked for.
    pub(crate) never: Vec<(Place, String)>,
    /// Exactly these events for everybody, in this order.
    pub(crate) emits: Option<(Place, Vec<ExpectedEmission>)>,
    /// Exactly these refusals of inputs, in this order.
    pub(crate) rejected: Option<(Place, Vec<String>)>,
    pub(crate) end: Option<(Place, End)>,
    /// When the last event happened.
    pub(crate) at: Option<(Place, Duration)>,
    /// The class of the reason.
    pub(crate) reason: Option<(Place, String)>,
    /// Words of the reason.
    pub(crate) says: Option<(Place, String)>,
    /// Fields of the outcome.
    pub(crate) outcome: Option<(Place, Fields)>,
}

/// A command that is expected.
#[derive(Debug)]
pub(crate) struct ExpectedCommand {
    pub(crate) place: Place,
    /// The step, or its compensation.
    pub(crate) name: String,
    pub(crate) at: Option<Duration>,
    pub(crate) round: Option<u32>,
    pub(crate) attempt: Option<u32>,
    pub(crate) fields: Fields,
}

/// An event for everybody that is expected.
#[derive(Debug)]
pub(crate) struct ExpectedEmission {
    pub(crate) place: Place,
    pub(crate) milestone: String,
    pub(crate) at: Option<Duration>,
    pub(crate) fields: Fields,
}

/// Where a saga is when nothing follows any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every step succeeded.
    Completed,
    /// Everything was taken back.
    Compensated,
    /// It waits for somebody.
    Suspended,
    /// It has not ended and waits for time or for a participant.
    Open,
    /// It has not started.
    NotStarted,
}

impl End {
    /// The word in scenarios and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Compensated => "compensated",
            Self::Suspended => "suspended",
            Self::Open => "open",
            Self::NotStarted => "not started",
        }
    }

    pub(crate) const ALL: [Self; 5] = [
        Self::Completed,
        Self::Compensated,
        Self::Suspended,
        Self::Open,
        Self::NotStarted,
    ];
}

impl From<Outcome> for End {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Compensated => Self::Compensated,
        }
    }
}
