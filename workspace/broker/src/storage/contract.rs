//! What the broker asks of a storage.

use bytes::Bytes;
use uuid::Uuid;

use crate::{Change, log::Batch};

/// The log of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// The topic's id, which is never given twice.
    pub topic: Uuid,
    /// The partition's number.
    pub partition: i32,
}

/// Where in its log a batch is kept. Positions grow from batch to batch, and a batch of `n` bytes at position `p` is
/// followed at `p + n` by the next one when both can be read in one piece; a storage in segments begins a new segment at
/// a position beyond that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// The place so many bytes further on.
    #[must_use]
    pub fn plus(self, bytes: usize) -> Self {
        Self(self.0 + bytes as u64)
    }
}

/// What a storage hands back after a restart.
#[derive(Clone, Debug)]
pub enum Found {
    /// A change that had been noted.
    Change(Change),
    /// A batch that had been appended.
    Batch {
        /// Its log.
        log: LogId,
        /// Where it is kept.
        at: Position,
        /// The batch as it was appended.
        batch: Batch,
    },
}

/// What keeps batches and changes.
///
/// Calls come from one thread, in the order in which things happen; what was kept before something else must not be lost
/// when that something else is found again. A log comes into being with its first batch.
pub trait Storage: Send {
    /// Keeps a change of what is not a record.
    ///
    /// # Errors
    /// It could not be kept; the broker then refuses the request.
    fn note(&mut self, change: &Change) -> Result<(), StorageError>;

    /// Keeps a batch at the end of a log and says where. The bytes of a batch are its header and then its records.
    ///
    /// # Errors
    /// It could not be kept, and nothing of it will be found again.
    fn append(&mut self, log: LogId, batch: Batch) -> Result<Position, StorageError>;

    /// The bytes of whole batches that follow each other without a gap, from the beginning of the first.
    ///
    /// # Errors
    /// There are no such batches, or they cannot be read.
    fn read(&mut self, log: LogId, from: Position, bytes: usize) -> Result<Bytes, StorageError>;

    /// Lets go of all batches before a place. They are never asked for again, so a storage may keep them longer; found
    /// again after a restart they are ignored.
    ///
    /// # Errors
    /// The storage failed.
    fn drop_before(&mut self, log: LogId, before: Position) -> Result<(), StorageError>;

    /// Puts these batches in the place of all that are kept before `before`, and says where each stands. After a restart
    /// all of the old ones are found or all of the new ones. The positions grow and stay below `before`.
    ///
    /// # Errors
    /// The storage failed, and the old batches are kept.
    fn replace_before(
        &mut self,
        log: LogId,
        before: Position,
        batches: Vec<Batch>,
    ) -> Result<Vec<Position>, StorageError>;

    /// Lets go of a whole log.
    ///
    /// # Errors
    /// The storage failed.
    fn remove(&mut self, log: LogId) -> Result<(), StorageError>;

    /// Hands over all that was kept: first the changes in their order, then the batches, those of each log in their
    /// order. Called once, before anything else.
    ///
    /// # Errors
    /// What was kept cannot be read.
    fn recover(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), StorageError>;
}

/// The storage failed.
#[derive(Debug, thiserror::Error)]
#[error("the storage failed: {0}")]
pub struct StorageError(pub String);
