//! The processes of a world's nodes: the tasks of production, each with a model of what it reaches.

mod mailbox;
mod process;

pub(crate) use mailbox::Mailbox;
pub(crate) use process::Process;
