//! The records of the journal.
//!
//! [`SagaRecord`] is a saga's event as one flat Avro record; [`TaskRecord`] is what a task notes about itself. Both are
//! written and read by hand, in the order of our own schemas; what another version of Palinode wrote with another schema
//! is read by field names.

mod codec;
mod error;
mod event;
mod event_of;
mod lock;
mod row;
mod saga;
mod task;
mod told;

pub use codec::{JournalRecord, JournalSchemas};
pub use error::JournalError;
pub use event::{EVENT_TYPES, event_type};
pub use saga::SagaRecord;
pub use task::{DefinitionActivated, InputAdded, JournalOpened, Position, PositionsAdvanced, TaskClaimed, TaskRecord};
pub use told::Told;
