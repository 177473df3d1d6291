//! Whether a world went as it should: one law a file.
//!
//! A checker looks at what is left when a world is over, never into the world. Add one by a file with its own tests, and a
//! line in `check::all`: it is then judged by every seed, named in the report, and a failing world is told by it.

mod audited;
mod buffers;
mod check;
mod clock;
mod conduct;
mod fencing;
mod found;
mod known;
mod late_success;
mod own_faults;
mod reference;
mod rest;
mod scene;
mod store;
#[cfg(test)]
pub(crate) mod testing;
mod timers;
mod told;
mod transaction;
mod waiting_replies;
mod whole;

pub use check::{Check, all, judge};
pub use found::{Found, Violation};
pub use known::Known;
#[cfg(test)]
pub(crate) use reference::line;
pub use scene::{Entry, Scene};
pub use transaction::Transaction;
