//! The embedded broker, real Kafka and real processes for the demo, the benchmark and the tests: started in a moment,
//! and gone with whoever started them, however that ends.
//!
//! Everything here is called synchronously and needs no runtime. Nothing is downloaded: `make setup` did that.

pub mod broker;
pub mod cache;
pub mod cluster;
mod error;
pub mod http;
pub mod kafka;
pub mod ports;
pub mod process;
pub mod registry;
pub mod shop;
mod signal;
mod tail;

pub use error::{Error, Result};
