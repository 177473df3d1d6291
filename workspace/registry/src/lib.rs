//! A small schema registry that plain Confluent clients can call.
//!
//! It knows Avro, keeps everything in memory, and in a file if it is given one, so that ids outlive a restart. It is for
//! development, the demo and the tests: there is no authentication, no deletion, and one process holds the truth.

mod compatibility;
mod error;
mod file;
mod http;
mod inline;
pub mod limits;
mod registry;
mod schema;
mod state;

pub use compatibility::Level;
pub use error::{Error, Result};
pub use http::serve;
pub use registry::Registry;
pub use schema::{Reference, Submission};
pub use state::{SchemaId, Version, VersionNumber, WantedVersion};
