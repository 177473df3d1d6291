//! The processes of a world's nodes: the tasks of production, each with a model of what it reaches.

mod mailbox;
mod process;

pub use mailbox::Mailbox;
pub use process::Process;
