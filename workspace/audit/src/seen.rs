//! A record as the checkers see it.

use bytes::Bytes;
use palinode_core::{LockEvent, Outcome, Payload, Purpose, TopicName};
use palinode_wire::{
    Schemas,
    headers::MessageHeaders,
    journal::{TaskRecord, Told},
};

use crate::{
    Place,
    facts::{NameIndex, SagaIndex},
};

/// The topics of the orchestrator itself.
pub(crate) const JOURNAL: &str = "palinode.journal";
pub(crate) const OUTCOMES: &str = "palinode.outcomes";
pub(crate) const INBOX: &str = "palinode.inbox";
pub(crate) const DEAD_LETTERS: &str = "palinode.dead-letters";
/// How the name of every topic of commands ends.
pub(crate) const COMMANDS: &str = ".commands";
/// How the source of every message of the orchestrator begins.
pub(crate) const SOURCE: &str = "palinode/";

/// A record and what it says.
pub(crate) struct Seen<'a> {
    pub(crate) topic: &'a TopicName,
    pub(crate) topic_index: NameIndex,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a Bytes>,
    pub(crate) headers: MessageHeaders<'a>,
    pub(crate) of_type: Type,
    pub(crate) schemas: &'a Schemas,
    pub(crate) content: Content,
}

/// The type of a record's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// There is no value.
    Nothing,
    /// No known schema describes it.
    Poison,
    /// A record of this name.
    Named(NameIndex),
}

/// What a record says.
pub(crate) enum Content {
    /// An event of a saga.
    Event(Event),
    /// A task's own books.
    Task(TaskRecord),
    /// A record of ours that cannot be read.
    Unreadable(String),
    /// The row of a saga that ended.
    Outcome(OutcomeRow),
    /// A command; none when its headers do not say which.
    Command(Option<Command>),
    /// A record on a topic of commands that is none, and not from the orchestrator.
    Stray,
    /// An input that was forwarded, from here.
    Forwarded(Option<InputPosition>),
    /// The copy of an event, for a lock or for a saga that asks for one.
    Told(OfLock),
    /// An input that could not be processed, from here.
    DeadLetter(Option<InputPosition>),
    /// An event for everybody, by its saga and the number of the journal event that it tells of.
    Emission(SagaIndex, u64),
    /// Anything else.
    Message,
}

/// An event of a saga.
pub(crate) struct Event {
    pub(crate) saga: SagaIndex,
    pub(crate) version: u32,
    pub(crate) sequence: u64,
    pub(crate) kind: EventKind,
    pub(crate) step: Option<(NameIndex, Purpose)>,
    pub(crate) round: u32,
    pub(crate) attempt: u32,
    pub(crate) is_definite: bool,
    /// The input that it followed from; none when it was a timer.
    pub(crate) cause: Option<InputPosition>,
    pub(crate) payload: Option<Payload>,
    /// What it has to do with a lock.
    pub(crate) lock: Option<Box<OfLock>>,
}

/// What an event has to do with a lock.
pub(crate) struct OfLock {
    pub(crate) event_id: String,
    /// What it says to somebody else.
    pub(crate) told: Option<Told>,
    /// What happened to the lock itself.
    pub(crate) happened: Option<LockEvent>,
}

/// The kinds of events that checkers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    Started,
    Requested,
    Succeeded,
    Failed,
    TimedOut,
    RetryScheduled,
    TurnedBack,
    Suspended,
    Resumed,
    Reopened,
    Completed,
    Compensated,
    Rejected,
    /// The saga goes on behind a step that no participant did: it was passed over, waited for or decided, or all of its
    /// items are done.
    WentBy,
    /// A step is another saga: it is taken back while it is under way.
    SubSagaNamed,
    /// No attempt is left, and the saga goes on.
    GivenUp,
    Other,
}

/// A request of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Request {
    pub(crate) saga: SagaIndex,
    pub(crate) step: NameIndex,
    pub(crate) purpose: Purpose,
    pub(crate) round: u32,
}

/// One command of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Command {
    pub(crate) request: Request,
    pub(crate) attempt: u32,
}

/// The row of a saga that ended.
pub(crate) struct OutcomeRow {
    pub(crate) saga: SagaIndex,
    /// The number of the event that ended it.
    pub(crate) sequence: u64,
    /// How it ended; none for a word that is not known.
    pub(crate) outcome: Option<Outcome>,
}

/// Where an input stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct InputPosition {
    pub(crate) topic: NameIndex,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

impl Seen<'_> {
    pub(crate) fn place(&self) -> Place {
        Place {
            topic: self.topic.clone(),
            partition: self.partition,
            offset: self.offset,
        }
    }

    pub(crate) fn position(&self) -> InputPosition {
        InputPosition {
            topic: self.topic_index,
            partition: self.partition,
            offset: self.offset,
        }
    }
}

impl Event {
    /// The request that the event tells of.
    pub(crate) fn request(&self) -> Option<Request> {
        let (step, purpose) = self.step?;
        Some(Request {
            saga: self.saga,
            step,
            purpose,
            round: self.round,
        })
    }

    /// The command that the event asks for.
    pub(crate) fn command(&self) -> Option<Command> {
        if self.kind != EventKind::Requested {
            return None;
        }
        Some(Command {
            request: self.request()?,
            attempt: self.attempt,
        })
    }
}

impl EventKind {
    pub(crate) fn of(event_type: &str) -> Self {
        match event_type {
            "SagaStarted" => Self::Started,
            "StepRequested" | "CompensationRequested" => Self::Requested,
            "StepSucceeded" | "CompensationSucceeded" => Self::Succeeded,
            "StepFailed" | "CompensationFailed" => Self::Failed,
            "StepTimedOut" | "CompensationTimedOut" => Self::TimedOut,
            "StepRetryScheduled" | "CompensationRetryScheduled" => Self::RetryScheduled,
            "CompensationStarted" => Self::TurnedBack,
            "SagaSuspended" => Self::Suspended,
            "SagaResumed" => Self::Resumed,
            "SagaReopened" => Self::Reopened,
            "SagaCompleted" => Self::Completed,
            "SagaCompensated" => Self::Compensated,
            "InputRejected" => Self::Rejected,
            "StepPassedOver" | "StepItemsSucceeded" | "WaitEnded" | "DecisionMade" | "LockGranted" | "LockMissed" => {
                Self::WentBy
            }
            "SubSagaNamed" => Self::SubSagaNamed,
            "StepGivenUp" | "CompensationGivenUp" => Self::GivenUp,
            _ => Self::Other,
        }
    }

    /// How a saga ended, when this is its end.
    pub(crate) fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Completed => Some(Outcome::Completed),
            Self::Compensated => Some(Outcome::Compensated),
            _ => None,
        }
    }
}
