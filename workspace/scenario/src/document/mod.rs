//! YAML whose values know where they stand, and the mistakes found in it.

mod mapping;
mod mistake;
mod node;
mod parse;
mod span;

pub(crate) use mapping::Mapping;
pub(crate) use mistake::Report;
pub use mistake::{Mistake, Mistakes, Place};
pub(crate) use node::{Fields, Key, Kind, Node};
pub(crate) use parse::parse;
pub(crate) use span::told as told_span;
