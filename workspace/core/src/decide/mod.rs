//! What follows from an input: one file per command.
//!
//! A command pushes events into a [`Draft`], which folds each of them into a working copy of the saga, so that what is
//! asked next (`advance`) sees the current state. Nothing here fails: an input that does not fit is a rejection, which
//! is an event too; a timer that does not fit any more is nothing.

mod advance;
mod backward;
mod begin;
mod budget;
mod cancel;
mod condition;
mod deadline;
mod decision;
mod dispatch;
mod draft;
mod failure;
mod forward;
mod items;
mod jitter;
mod lock;
mod migrate;
mod name;
mod past;
mod refused;
mod reply;
mod reply_failed;
mod reply_succeeded;
mod resume;
mod retry;
mod start;
mod sub_saga;
#[cfg(test)]
mod sub_saga_tests;
mod timeout;
mod wait;

pub(crate) use dispatch::command;
pub use dispatch::decide;
pub(crate) use draft::{Draft, Sending};
pub(crate) use past::is_past_pivot;
