//! One real Kafka node (broker and controller in one process), from the jars that `make setup` downloaded.

mod files;
mod java;
mod node;
mod settings;

pub use node::Kafka;
pub use settings::Settings;
