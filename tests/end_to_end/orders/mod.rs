//! Orders in a shop whose services all work: how they end, and what cannot disturb them.

mod cancelled;
mod copies;
mod early;
mod endings;
mod forwarded;
mod played;
mod poison;
mod told;
mod traced;

pub(crate) use played::{POISON, play};
