//! The HTTP server for probes, metrics and people: `/healthz`, `/readyz`, `/metrics`, `/tasks`, `/sagas/…`.
//!
//! It serves from the first moment of the process to the last, so that somebody can ask why a node is not ready.

mod door;
mod front;
mod people;
mod probes;

pub(crate) use door::Door;
pub(crate) use front::{App, Front};
