//! The registry as an HTTP service, with the paths and replies of Confluent's.

mod compatibility;
mod reply;
mod request;
mod schemas;
mod serve;
mod subjects;

pub use serve::serve;
