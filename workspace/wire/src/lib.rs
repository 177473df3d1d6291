//! Avro, the Confluent wire format and message headers.
//!
//! Everything that turns bytes on Kafka into values of the core and back, and nothing that talks to Kafka: no IO, no
//! clock, no randomness. Schemas are compiled once into [`avro::Shape`]s; messages are then read and written by walking
//! a shape, without a value tree in between.

pub mod avro;
pub mod control;
pub mod dead_letter;
pub mod definition;
pub mod frame;
pub mod headers;
pub mod heartbeat;
pub mod inbox;
pub mod journal;
mod murmur2;
mod origin;
pub mod outcome;
pub mod own;
mod schemas;
pub mod snapshots;
mod time;
pub mod typed;

pub use avro::Encoder;
pub use murmur2::{murmur2, partition_of};
pub use origin::Origin;
pub use schemas::{SchemaError, Schemas};
pub use time::rfc3339;
