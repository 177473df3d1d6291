//! The registry as an HTTP service, with the paths and replies of Confluent's.

mod body;
mod compatibility;
mod config;
mod mode;
mod parameters;
mod reply;
mod schemas;
mod serve;
mod shared;
mod subjects;
mod versions;

pub use serve::serve;
