//! The embedded broker as a pure state machine: requests and the time go in, responses and the next deadline come out.
//!
//! It does no IO: sockets belong to the shell around it, and disks to a [`Storage`]. Production runs on Apache Kafka;
//! this broker is for one machine: sandboxes, demos and tests.

mod api;
mod broker;
mod call;
mod change;
mod copy;
mod dispatch;
pub mod frame;
mod groups;
mod log;
mod pattern;
mod settings;
mod storage;
mod summary;
#[cfg(test)]
mod testing;
mod time;
mod topics;
mod transactions;

pub use broker::{Broker, NODE_ID};
pub use call::{Call, CallId, ConnectionId, Output, Reply};
pub use change::Change;
pub use log::Batch;
pub use settings::Settings;
pub use storage::{Found, LogId, Memory, Position, Storage, StorageError};
pub use summary::Summary;
pub use time::Timestamp;

pub use kafka_protocol::{
    messages::{self, RequestKind, ResponseKind},
    protocol::StrBytes,
};
