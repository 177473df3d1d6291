//! Topics: their names, ids, partitions and configuration.

mod catalogue;
mod change;
mod config;
mod creation;
mod keys;
mod name;
mod refusal;
mod removal;

pub(crate) use catalogue::{Topic, Topics};
pub(crate) use change::Change;
pub(crate) use config::{TimestampType, TopicConfig, validate};
pub(crate) use creation::NewTopic;
pub(crate) use keys::{KEYS, Key, Kind};
pub(crate) use name::{fault as name_fault, is_internal};
pub(crate) use refusal::Refusal;
