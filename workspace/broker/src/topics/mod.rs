//! Topics: their names, ids, partitions and configuration.

mod catalogue;
mod change;
mod config;
mod name;

pub(crate) use catalogue::{Topic, Topics};
pub use change::Change;
pub(crate) use config::{TimestampType, TopicConfig};
pub(crate) use name::{INTERNAL, is_internal};
