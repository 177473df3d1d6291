//! A world: processes, a broker, the shop, and everything that goes wrong between them, in virtual time.

mod archive;
mod door;
mod event;
mod faults;
mod ledger;
mod membership;
mod network;
mod place;
mod processes;
mod replay;
mod rest;
mod run;
mod space;
#[cfg(test)]
mod tests;
mod threads;
#[expect(clippy::module_inception, reason = "the world is the subject")]
mod world;

pub(crate) use event::{Event, Over, Underway};
pub(crate) use ledger::Ledger;
pub(crate) use network::{Look, Network};
pub(crate) use place::Place;
pub(crate) use rest::TOO_MANY_OPEN;
pub use run::run;
pub(crate) use space::{Hold, Run, Shared, Space, ThreadId};
pub use world::BEGIN;
