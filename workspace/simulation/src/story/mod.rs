//! What happened in a world, in plain words: for whoever finds a failing seed in the morning.

mod diagram;
mod filter;
mod story;
mod words;

pub use story::{Story, tell};
