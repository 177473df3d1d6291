//! Plays one saga with the real core on a clock of its own.
//!
//! Nothing waits: the clock jumps to whatever is due next, an input or a timer of the saga. Inputs go before timers of
//! the same time, as in the orchestrator.

mod cast;
mod moment;
mod play;
mod words;

pub(crate) use cast::Cast;
pub use moment::{Happened, Moment, Sent};
pub(crate) use play::{Asked, Ended, Span, Stage, World};
pub(crate) use words::told;
