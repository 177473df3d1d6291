//! Worlds made by hand, in which one thing is wrong.

mod made;
mod parts;
mod written;

pub(super) use made::Made;
pub(super) use written::event;
