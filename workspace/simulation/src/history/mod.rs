//! What happened in a world, for checkers, for the story, and for the proof that a seed decides everything.

mod digest;
mod entries;
mod happened;
mod record_id;

pub use digest::Digest;
pub use entries::History;
pub use happened::{Entry, Happened, Truth};
pub use record_id::record_id;
