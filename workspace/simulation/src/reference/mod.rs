//! An obvious saga engine: the order saga as a person would write it down, step by step, without definitions, events and
//! folds. It is given the inputs that the journal names and says what has to follow; the core must say the same.
//!
//! It knows nothing of the core's code: neither its decisions, nor its states, nor its plan.

#[cfg(test)]
mod agreement;
mod ask;
mod course;
mod input;
mod order;
mod table;

pub use input::{Answer, Input};
pub use order::{Mode, Order};
pub use table::said;
