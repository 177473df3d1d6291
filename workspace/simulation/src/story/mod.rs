//! What happened in a world, in plain words: for whoever finds a failing seed in the morning.

mod diagram;
mod filter;
mod tale;
mod words;

pub use tale::{Story, tell};
