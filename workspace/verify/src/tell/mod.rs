//! What was found, in words for people and in fields for machines.

mod diagram;
mod report;
mod span;
mod story;
mod words;

pub(crate) use report::Teller;
pub use report::{Finding, Report};
pub(crate) use span::span;
pub use story::Line;
