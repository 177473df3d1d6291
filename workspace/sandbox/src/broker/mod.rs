//! The embedded broker behind a socket: a thin shell around the state machine of `palinode-broker`.
//!
//! One lock holds the broker. A connection's task reads a frame and decodes it, calls the broker under the lock, and
//! encodes and writes the answer after it; another task lets time pass. Nothing here decides what Kafka would answer.

mod buffer;
mod clock;
mod connection;
mod disk;
mod files;
mod limits;
mod listener;
mod server;
mod settings;
mod shared;
mod timer;

pub use clock::{Begins, Clock};
pub use disk::{Disk, Sync};
pub use files::raise_file_limit;
pub use server::Server;
pub use settings::Settings;
