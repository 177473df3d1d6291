//! `palinode sandbox`: a broker, a registry, the orchestrator and a stub for every command, in one process, for whoever
//! writes a saga.
//!
//! It talks to no broker but its own unless it is told so in so many words, and what it writes carries the header
//! `palinode-sandbox`.

mod arguments;
mod client;
mod command;
mod control;
mod dice;
mod forcing;
mod form;
mod ground;
mod invent;
mod journal;
mod kept;
mod opening;
mod run;
mod scenario;
mod senders;
mod span;
mod stage;
mod status;
mod stub;
mod time;
mod topics;
mod world;

pub(crate) use arguments::Sandbox;
pub(crate) use command::sandbox;
