//! The chat of the demo: receives messages over HTTP, drops repeats, and keeps the last ones for showing.

mod inbox;
mod server;

pub use inbox::{Inbox, Received};
pub use server::Receiver;
