//! Every state that the world can reach, breadth first, and what is found on the way.

mod coverage;
mod liveness;
mod path;
mod reduction;
mod search;
mod seen;
#[cfg(test)]
mod walks;

pub(crate) use coverage::Coverage;
pub(crate) use liveness::liveness;
pub(crate) use path::{Path, shortened};
pub use search::Explored;
pub(crate) use search::{Search, explore};
