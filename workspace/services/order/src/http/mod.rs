//! The HTTP API.

mod answers;
mod orders;
mod router;

pub(crate) use router::{Parts, router};
