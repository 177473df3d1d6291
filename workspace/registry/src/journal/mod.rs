//! Where the registry's changes are kept: records in order, as in the topic `_schemas` of Confluent's registry.

mod change;
mod file;
mod memory;
mod records;

pub(crate) use change::Change;
pub(crate) use file::FileJournal;
pub use memory::MemoryJournal;
pub use records::{Journal, Record};
