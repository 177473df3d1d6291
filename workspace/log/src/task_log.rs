//! The traits behind which Kafka stands.
//!
//! The engine knows only these. A `Log` belongs to a node and opens one `TaskLog` a task; a `TaskLog` is owned by one
//! thread and all its calls may block that thread. They say nothing of sagas.

use std::{sync::Arc, time::Duration};

use crate::{Consumed, Error, Produced, TopicPartition};

/// The transactional ids of a task. `A` and `B` take turns; `Snapshot` is fenced with them and writes snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The first id; a claim commits on it.
    A,
    /// The second id.
    B,
    /// The id for snapshots.
    Snapshot,
}

impl Slot {
    /// All of a task's ids, in the order in which a take-over initialises them.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::Snapshot];

    /// The word at the end of the transactional id.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::Snapshot => "snapshot",
        }
    }

    /// The id that has the next turn.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B | Self::Snapshot => Self::A,
        }
    }
}

/// How a transaction ended. Closed: whoever matches on it has thought of every case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of its records stand.
    Committed {
        /// The offset of the last record that it wrote to the task's journal partition; none if it wrote none there.
        journal_offset: Option<i64>,
    },
    /// None of its records stands, for certain, and the id can be used again.
    Aborted {
        /// Why.
        reason: String,
        /// The topic that refused a record (missing, no permission, record too large), when one is to blame.
        refused: Option<Refused>,
    },
    /// Another instance initialised the id: this task is no longer ours. Whether its records stand, only the journal
    /// tells: a commit whose answer was lost is asked for again, and it is that question which is refused.
    Fenced,
    /// Nobody knows. The producer is gone; only a new take-over may follow.
    Indefinite {
        /// What is known.
        reason: String,
    },
}

/// A record that the broker or the client refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its topic.
    pub topic: Arc<str>,
    /// Its position among the records of the transaction, when that is known.
    pub record: Option<usize>,
}

/// How much one poll may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollLimits {
    /// Records at the most.
    pub records_max: usize,
    /// Bytes of keys, values and headers after which no further record is taken.
    pub bytes_max: usize,
}

/// The topics and ids of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its name: part of the transactional ids and the group id.
    pub name: Arc<str>,
    /// Put before every topic name, so that several applications can share a cluster.
    pub topic_prefix: Arc<str>,
    /// The number of its tasks, fixed for life.
    pub partitions: i32,
    /// The name of the node: unique among the members, stable over restarts.
    pub member: Arc<str>,
}

/// A node's access to Kafka.
pub trait Log: Send + Sync + 'static {
    /// What a task gets.
    type Task: TaskLog;

    /// Opens the access of task `task`. `wake` is called, from any thread, whenever records wait to be polled that did
    /// not wait before; it must not block.
    ///
    /// # Errors
    /// When the client cannot be made.
    fn open(&self, task: i32, wake: Arc<dyn Fn() + Send + Sync>) -> Result<Self::Task, Error>;

    /// The number of partitions of `topic`.
    ///
    /// # Errors
    /// When the topic does not exist ([`Error::is_missing_topic`]), or the broker does not answer in time.
    fn partitions(&self, topic: &str) -> Result<i32, Error>;

    /// The id of the cluster.
    ///
    /// # Errors
    /// When the broker does not answer in time.
    fn cluster_id(&self) -> Result<String, Error>;
}

/// One task's access to Kafka: its producers, its input consumer and its journal reader.
pub trait TaskLog: Send + 'static {
    /// Initialises one transactional id with a new producer: every older instance of it is fenced, and its open
    /// transaction is ended, before this returns.
    ///
    /// # Errors
    /// When the broker does not answer in time.
    fn fence(&mut self, slot: Slot) -> Result<(), Error>;

    /// Writes `records` in one transaction of `slot` and waits for its end. `records` is not empty. An abort that is
    /// needed has happened when this returns.
    fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome;

    /// The first (`earliest`) offset of each input, read once for inputs that have no position.
    ///
    /// # Errors
    /// When the broker does not answer in time or a partition does not exist.
    fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error>;

    /// The offsets at which a read-committed reader of each input has read everything that is there, asked of the
    /// broker at the time of the call.
    ///
    /// # Errors
    /// When the broker does not answer in time.
    fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error>;

    /// Reads the inputs, committed records only, from these offsets on; replaces the inputs read so far. What was
    /// fetched for earlier positions and not polled is dropped.
    ///
    /// # Errors
    /// When the client refuses.
    fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error>;

    /// Stops or continues to fetch some of the assigned inputs; their positions stay.
    ///
    /// # Errors
    /// When the client refuses.
    fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error>;

    /// Appends what is there to `into`, waiting at most `wait` for the first record.
    ///
    /// # Errors
    /// When an input cannot be read on: its topic is gone, its offset is out of range.
    fn poll(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error>;

    /// For each assigned input the position after the last record that was polled, or further when only markers and
    /// aborted records followed it.
    fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error>;

    /// Starts to read the task's journal partition, committed records only, from `offset` on (from its first record
    /// when that has been deleted and `offset` is 0). The `wake` of [`Log::open`] is called when records wait.
    ///
    /// # Errors
    /// When the client refuses.
    fn open_journal(&mut self, offset: i64) -> Result<(), Error>;

    /// Appends what is there of the journal to `into`, waiting at most `wait` for the first record.
    ///
    /// # Errors
    /// When the journal cannot be read on, for example because its offset is out of range.
    fn poll_journal(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error>;

    /// The first offset of the task's journal and the offset after its last record, of open transactions too.
    ///
    /// # Errors
    /// When the broker does not answer in time.
    fn journal_bounds(&mut self) -> Result<(i64, i64), Error>;

    /// Ends reading the journal.
    fn close_journal(&mut self);

    /// Starts to read the task's snapshots, committed records only, from the first one to their end. Gives the offset of
    /// the first and the end that they have now.
    ///
    /// # Errors
    /// When the topic does not exist ([`Error::is_missing_topic`]), or the broker does not answer in time.
    fn open_snapshots(&mut self) -> Result<(i64, i64), Error>;

    /// Appends what is there of the snapshots to `into`, waiting at most `wait` for the first record. True when their end
    /// is reached, which includes what an owner wrote while they were read: it stands for what compaction may have taken
    /// away before it was read.
    ///
    /// # Errors
    /// When they cannot be read on.
    fn poll_snapshots(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<bool, Error>;

    /// Ends reading the snapshots.
    fn close_snapshots(&mut self);

    /// Drops the producers and stops reading the inputs, the journal and the snapshots, bounded in time.
    fn release(&mut self);
}

/// Whether inputs are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// They are not.
    Yes,
    /// They are.
    No,
}
