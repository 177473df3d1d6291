//! Real Kafka nodes (broker and controller in one process), one alone or several as a cluster, from the jars that
//! `make setup` downloaded.

mod files;
mod java;
mod node;
mod quorum;
mod settings;

pub use node::Kafka;
pub use quorum::{Door, Quorum};
pub use settings::Settings;
