//! For how long orders stand still when one of two nodes is killed, and how much longer they take while one is restarted.
//!
//! Orders are placed all the time, a few a second, in turn for each task. What is looked at is what a customer notices:
//! outcomes, as a reader of committed records sees them. What the nodes say of themselves only tells when a round may begin.

mod course;
mod load;
mod nodes;
mod round;
mod waits;

pub(super) use course::measure;
