//! What has to be sent because of what happened: commands, emissions, outcomes.
//!
//! A message whose expressions have no value is an error, with two exceptions: an emission that tells of a suspension
//! or of a refused input is left out. The saga is suspended already, or its state stays as it is; suspending it for
//! the sake of the message would help nobody.

mod answer;
mod attributes;
mod command;
mod emission;
mod gather;
mod outcome;
mod values;

pub use attributes::attributes;
pub use gather::effects;
pub(crate) use gather::{Missing, Told, gather};
