//! The council: given what the group and the heartbeats tell, when time passes, then who runs and who follows.

mod gathering;
mod hand_over;
mod lies;
mod silence;

pub(crate) use gathering::Gathering;
