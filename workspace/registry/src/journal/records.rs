//! Records, and who keeps them.

use crate::Result;

/// One change, as it is kept: JSON in Confluent's format. A record without a value takes back what its key said; of the
/// records with the same key the last one counts, so that a topic may be compacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What the record is about.
    pub key: Vec<u8>,
    /// What is true of it from this record on.
    pub value: Option<Vec<u8>>,
}

/// Keeps records. Both functions may block; the registry calls them from threads that may.
pub trait Journal: Send {
    /// What it is called in messages: a file, a topic.
    fn name(&self) -> String;

    /// Hands out every record that is kept, from the first one on. It is called once, before anything is appended.
    ///
    /// # Errors
    /// When the records cannot be read, and whatever `apply` fails with.
    fn replay(&mut self, apply: &mut dyn FnMut(Record) -> Result<()>) -> Result<()>;

    /// Keeps the records, in order and for good, before it returns. They belong together; each is valid alone, so a
    /// journal that was cut off in between them does no harm.
    ///
    /// # Errors
    /// When it is not certain that all of them are kept.
    fn append(&mut self, records: &[Record]) -> Result<()>;
}
