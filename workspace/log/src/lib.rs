//! The Kafka log: transactions owned by a task, inputs, the journal, membership, topics, and the registry client.
//!
//! The engine sees the traits of `task_log` only; `kafka` is the implementation on librdkafka and `memory` the one for
//! tests. Nothing here knows what a saga is.

mod error;
pub mod kafka;
pub mod memory;
mod outages;
mod record;
pub mod registry;
mod task_log;

pub use error::Error;
pub use outages::{Need, Outages};
pub use record::{Consumed, Header, HeaderName, Produced, TopicPartition};
pub use task_log::{Application, Log, Outcome, Paused, PollLimits, Refused, Slot, TaskLog};
