//! The parts of a definition as they are written, each with its place. Nothing here looks at two parts at once.
//!
//! A part that is missing or cannot be read is `None` (and reported), so that the checks can go on with the rest.

mod definition;
mod message;
mod retry;
mod step;

pub(crate) use definition::{Definition, Emission};
pub(crate) use message::{Field, Message, Replies, Trigger};
pub(crate) use retry::Retry;
pub(crate) use step::{Compensation, Step};
