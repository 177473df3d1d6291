//! Where batches and changes are kept, so that they outlive the process.

use crate::Change;

/// What keeps batches and changes. The broker in memory needs none of it to last.
pub trait Storage: Send {
    /// Keeps a change of what is not a record.
    ///
    /// # Errors
    /// It could not be kept; the broker then refuses the request.
    fn note(&mut self, change: &Change) -> Result<(), StorageError>;
}

/// Keeps nothing beyond the broker's own memory.
#[derive(Debug, Default)]
pub struct Memory;

impl Storage for Memory {
    fn note(&mut self, _change: &Change) -> Result<(), StorageError> {
        Ok(())
    }
}

/// The storage failed.
#[derive(Debug, thiserror::Error)]
#[error("the storage failed: {0}")]
pub struct StorageError(pub String);
