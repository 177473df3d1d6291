//! Who should run which task: the opinion of one member.
//!
//! [`Council`] is told what the group proposes, which heartbeats come, and what this member's tasks do, and says for each
//! task whether to run it, to follow it, or neither. It has no IO and no clock. It may be wrong at any time: what counts is
//! the claim in the journal, and a wrong opinion costs a take-over.

mod council;
mod peers;
mod rank;
mod seat;

pub use council::Council;
pub use peers::{HEARTBEAT_INTERVAL, SUSPECTED_AFTER};
pub use seat::{Role, Standing};

/// A moment by a clock that never goes back: the time since some beginning.
pub type Moment = std::time::Duration;
