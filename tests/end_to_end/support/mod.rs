//! What the scenarios stand on.

mod audit;
mod chat;
mod ground;
mod journal;
mod observer;
mod orders;
mod patience;
mod plan;
mod raw;
mod run;
mod topics;
mod world;

pub(crate) use audit::Audit;
pub(crate) use ground::Ground;
pub(crate) use observer::Observer;
pub(crate) use orders::Wanted;
pub(crate) use patience::{PATIENCE, eventually, eventually_within};
pub(crate) use plan::{Plan, plans};
pub(crate) use raw::Raw;
pub(crate) use run::{Run, Scenario};
pub(crate) use topics::header;
pub(crate) use world::World;
