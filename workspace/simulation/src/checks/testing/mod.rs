//! Worlds made by hand, in which one thing is wrong.

mod made;
mod parts;
mod written;

pub(crate) use made::Made;
pub(crate) use written::event;
