//! Transactions from end to end: clients, logs, groups and restarts.

mod atomic;
mod client;
mod endings;
mod interleavings;
mod kept;
mod markers;
mod model;
mod reader;
mod time;
mod zombies;
