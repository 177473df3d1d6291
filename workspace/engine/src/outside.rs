//! What a task's thread reaches of the world around it.
//!
//! Production reaches Kafka by calls that block the thread ([`crate::thread`]); the simulation has calls that take their
//! time without blocking anything. The task between them and the cycle ([`crate::task`]) is the same.

use std::time::Duration;

use palinode_core::{Saga, SagaId, SchemaId, Timestamp};
use palinode_log::{Consumed, Error, Outcome, Paused, PollLimits, Produced, Slot, TopicPartition};

use crate::{
    Deployment,
    cycle::{Signal, Standing, Status},
};

/// Letters that may wait in a task's mailbox. Wake-ups are coalesced to one, so this bounds queries and look-ups.
pub const MAILBOX_LETTERS_MAX: usize = 256;

/// Something for a task.
pub enum Letter {
    /// Records can be polled.
    Wake,
    /// Membership or the registry has something to say.
    Signal(Signal),
    /// Somebody asks for a saga.
    Saga(SagaId, Answer<Option<Saga>>),
    /// Somebody asks for open sagas.
    OpenSagas {
        /// The saga after which to begin; none from the first one.
        after: Option<SagaId>,
        /// How many at the most.
        limit: usize,
        /// Takes them.
        answer: Answer<Vec<(SagaId, Saga)>>,
    },
    /// Somebody asks whether anything is left to do.
    Standing(Answer<Standing>),
    /// The process ends.
    Stop,
}

/// Takes an answer: none when the task does not run here, a text when the store failed.
pub type Answer<T> = Box<dyn FnOnce(Option<Result<T, String>>) + Send>;

/// The world around one task: its clock, its mailbox, the registry, what is published, and Kafka. The calls that ask
/// Kafka do and fail as those of [`palinode_log::TaskLog`] with the same names, which say what they mean.
#[expect(async_fn_in_trait, reason = "a task is run where it was begun, by one thread")]
pub trait Outside {
    /// The longest that a task sleeps when nothing is to be done, so that its status is never older than this.
    const SLEEP_MAX: Duration = Duration::from_secs(1);

    /// The time by this member's clock.
    fn now(&self) -> Timestamp;

    /// The oldest letter that waits.
    fn letter(&mut self) -> Option<Letter>;

    /// The next letter, if one comes within this time.
    async fn letter_within(&mut self, wait: Duration) -> Option<Letter>;

    /// Asks the registry for a schema; the answer comes as a letter.
    fn look_up(&mut self, schema: SchemaId);

    /// Shows where the task stands.
    fn publish(&mut self, status: Status);

    /// Everything that was published before the call.
    async fn definitions(&mut self) -> Result<Deployment, String>;

    /// Initialises one transactional id.
    async fn fence(&mut self, slot: Slot) -> Result<(), Error>;

    /// Writes records in one transaction and waits for its end.
    async fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome;

    /// The first offset of each input.
    async fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error>;

    /// The end of each input for a reader of committed records.
    async fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error>;

    /// Reads the inputs from these offsets on.
    async fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error>;

    /// Stops or continues to fetch some of the inputs.
    async fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error>;

    /// Takes what was fetched of the inputs, without waiting.
    async fn poll(&mut self, limits: PollLimits, into: &mut Vec<Consumed>) -> Result<(), Error>;

    /// How far each input was read.
    async fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error>;

    /// Starts to read the journal.
    async fn open_journal(&mut self, offset: i64) -> Result<(), Error>;

    /// Takes what is there of the journal.
    async fn poll_journal(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>)
    -> Result<(), Error>;

    /// The first offset of the journal and its end.
    async fn journal_bounds(&mut self) -> Result<(i64, i64), Error>;

    /// Ends reading the journal.
    fn close_journal(&mut self);

    /// Starts to read the snapshots that stand now.
    async fn open_snapshots(&mut self) -> Result<(i64, i64), Error>;

    /// Takes what is there of the snapshots.
    async fn poll_snapshots(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<bool, Error>;

    /// Ends reading the snapshots.
    fn close_snapshots(&mut self);

    /// Drops the producers and stops reading the inputs.
    fn release(&mut self);
}
