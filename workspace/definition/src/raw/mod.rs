//! The parts of a definition as they are written, each with its place and its description. Nothing here looks at two
//! parts at once.
//!
//! A part that is missing or cannot be read is `None` (and reported), so that the checks can go on with the rest.

mod choice;
mod compensation;
mod decision;
mod definition;
mod emission;
mod for_each;
mod lock;
mod message;
mod retry;
mod step;
mod sub_saga;
mod trigger;
mod wait;

pub(crate) use choice::{Choice, Entry};
pub(crate) use compensation::Compensation;
pub(crate) use decision::Decision;
pub(crate) use definition::{DEFINITION, Definition};
pub(crate) use emission::Emission;
pub(crate) use for_each::ForEach;
pub(crate) use lock::Lock;
pub(crate) use message::{Field, Message, Replies};
pub(crate) use retry::Retry;
pub(crate) use step::Step;
pub(crate) use sub_saga::SubSaga;
pub(crate) use trigger::{Cancellation, Trigger};
pub(crate) use wait::Wait;
