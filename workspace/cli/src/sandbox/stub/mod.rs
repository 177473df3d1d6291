//! A stub participant for every command of the definitions.
//!
//! A stub keeps the one promise that a saga rests on: it answers a repeated request as it did the first time. It keeps no
//! books, so that what it reserves and gives back is made up.

mod answers;
mod asked;
mod counts;
mod desk;
mod raw;
mod reply;
mod rules;
mod state;
mod worker;

pub(super) use answers::Answers;
pub(super) use asked::{Asked, Stub, stubs};
pub(super) use counts::{Counts, Sagas};
pub(super) use desk::Desk;
pub(super) use raw::Raw;
pub(super) use reply::{Forms, Reply};
pub(super) use rules::{Change, Rule, Rules};
pub(super) use state::{Positions, StubsState};
pub(super) use worker::{Save, TopicsRead, Workers};
