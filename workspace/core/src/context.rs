//! What a decision may look at beside the state and the input.

use crate::{Decoder, Plan, Timestamp};

/// The surroundings of one decision.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The plan of the saga's definition and version.
    pub plan: &'a Plan,
    /// Looks into payloads.
    pub decoder: &'a dyn Decoder,
    /// The time of the decision; never earlier than the last time that the task journaled.
    pub now: Timestamp,
}
