//! What worlds reached, counted over all seeds: a state or a fault that no world reaches is one that nobody has judged.

mod expected;
mod points;
mod reached;
#[cfg(test)]
mod tests;

pub use reached::{Coverage, Group};
