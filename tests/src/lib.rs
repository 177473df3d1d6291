//! Tests of the whole: real Kafka, real processes.

pub mod broker;
pub mod log_world;
pub mod proxy;
