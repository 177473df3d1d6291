//! A stub participant for every command of the definitions.
//!
//! A stub keeps the one promise that a saga rests on: it answers a repeated request as it did the first time. It keeps no
//! books, so that what it reserves and gives back is made up.

mod asked;
mod counts;
mod desk;
mod reply;
mod rules;
mod worker;

pub(super) use asked::{Asked, Stub, stubs};
pub(super) use counts::{Counts, Sagas};
pub(super) use desk::Desk;
pub(super) use reply::Forms;
pub(super) use rules::{Change, Rule, Rules};
pub(super) use worker::{TopicsRead, Workers};
