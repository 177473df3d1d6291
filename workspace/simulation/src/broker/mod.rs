//! The broker of a world: the embedded broker's state machine on a storage that outlives it.

mod batches;
mod cleaning;
mod host;
mod storage;

pub use batches::{Sender, decode, encode};
pub use host::{Host, Sent, TopicSpec};
