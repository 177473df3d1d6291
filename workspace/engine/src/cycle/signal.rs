//! What the cycle is told and what it asks for: its whole contact with the world.

use palinode_core::{SchemaId, Timestamp};
use palinode_log::{Consumed, Error as LogError, Outcome, Paused, Produced, Slot, TopicPartition};

use crate::Deployment;

/// Something that the shell tells the cycle.
#[derive(Debug)]
pub enum Signal {
    /// Membership proposes that this member runs the task.
    Proposed,
    /// Membership proposes that it follows the journal, so that it can take the task over soon.
    Follow,
    /// Membership proposes that it does neither.
    Withdrawn,
    /// The process ends: give the task up in order.
    Stop,
    /// The answer to [`Action::Fence`].
    Fenced(Result<(), LogError>),
    /// The answer to [`Action::Transact`].
    Ended(Outcome),
    /// The answer to [`Action::Definitions`].
    Definitions(Result<Deployment, String>),
    /// Something was published or retired.
    DefinitionsChanged,
    /// The answer to [`Action::JournalBounds`].
    JournalBounds(Result<(i64, i64), LogError>),
    /// The answer to [`Action::OpenJournal`] when it failed, or a failure while reading it.
    JournalFailed(LogError),
    /// Journal records that were read.
    Journal(Vec<Consumed>),
    /// The answer to [`Action::OpenSnapshots`].
    SnapshotBounds(Result<(i64, i64), LogError>),
    /// Snapshots that were read, and whether these are the last ones.
    Snapshots(Vec<Consumed>, bool),
    /// Snapshots could not be read on.
    SnapshotsFailed(LogError),
    /// The answer to [`Action::Starts`].
    Starts(Result<Vec<(TopicPartition, i64)>, LogError>),
    /// The answer to [`Action::Assign`] when it failed, or a failure while reading the inputs.
    InputsFailed(LogError),
    /// Input records that were read.
    Records(Vec<Consumed>),
    /// The answer to [`Action::Ends`].
    Ends(Result<Vec<(TopicPartition, i64)>, LogError>),
    /// The answer to [`Action::Positions`].
    Positions(Result<Vec<(TopicPartition, i64)>, LogError>),
    /// The registry answered, or did not.
    Schema(SchemaId, SchemaAnswer),
    /// Nothing happened, but a deadline of the cycle may have passed.
    Tick,
}

/// What became of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaAnswer {
    /// The schema's text.
    Known(String),
    /// The registry does not know the id.
    Unknown,
    /// The registry did not answer.
    Unavailable(String),
}

/// Something that the cycle asks the shell to do. The shell does these in order and tells the cycle what came of them.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Initialise all transactional ids of the task, in their order.
    Fence,
    /// Write these records in one transaction.
    Transact {
        /// The id whose turn it is.
        slot: Slot,
        /// The records, in order; not empty.
        records: Vec<Produced>,
    },
    /// Ask what is published.
    Definitions,
    /// Ask for the first and the end offset of the journal.
    JournalBounds,
    /// Read the journal from here on.
    OpenJournal {
        /// The first offset to read.
        from: i64,
    },
    /// Stop reading the journal.
    CloseJournal,
    /// Read the snapshots that stand now; ask for their first and their end offset.
    OpenSnapshots,
    /// Stop reading the snapshots.
    CloseSnapshots,
    /// Ask for the first offsets of these inputs.
    Starts(Vec<TopicPartition>),
    /// Read these inputs from these offsets on, and no others.
    Assign(Vec<(TopicPartition, i64)>),
    /// Stop or continue to read these inputs.
    SetPaused(Vec<TopicPartition>, Paused),
    /// Ask for the ends of these inputs.
    Ends(Vec<TopicPartition>),
    /// Ask how far the inputs have been read, markers counted.
    Positions,
    /// Ask the registry for a schema; the answer may come at any time.
    LookUp(SchemaId),
    /// Drop the producers and stop reading.
    Release,
}

/// What the cycle wants to read while nothing else happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: it waits for an answer or a deadline.
    Nothing,
    /// Input records.
    Inputs,
    /// Journal records: it waits for nothing else.
    Journal,
    /// Snapshots.
    Snapshots,
    /// Journal records as they come: it can wait until somebody wakes the task.
    Following,
}

/// Whether a task has anything left to do, as of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Everything that its inputs held is carried out, and no transaction is under way.
    pub is_at_rest: bool,
    /// When it has something to do next, if nothing comes in before.
    pub next_due: Option<Timestamp>,
}

/// Where a task stands, for people and for readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is done for it here.
    Idle,
    /// Another member runs it, and its journal is followed.
    Standby {
        /// The offset of the last journal record that the store reflects, when the store is open.
        journal: Option<i64>,
        /// Why the journal is not followed at present.
        trouble: Option<String>,
    },
    /// It is being taken over.
    TakingOver {
        /// What is being done.
        stage: &'static str,
        /// What went wrong last, when the take-over is waiting to be tried again.
        trouble: Option<String>,
        /// The offset of the claim in the journal, once it stands.
        claim: Option<i64>,
    },
    /// It runs.
    Running {
        /// The offset of the claim in the journal.
        claim: Option<i64>,
        /// The offset of the last journal record that the store reflects.
        journal: Option<i64>,
        /// Its open sagas.
        open_sagas: u64,
        /// What it waits for, when it does not process inputs as they come.
        waiting: Option<String>,
    },
    /// It stopped on purpose.
    Parked {
        /// Why.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}
