//! Brokers and a registry that are away, and a disk that is full: everybody waits, says so, and goes on by itself.
//!
//! They are away for some seconds; with `KAFKA=both`, on real Kafka, for five minutes.

mod disk;
mod neighbours;
mod played;
mod running;
mod said;
mod started;

pub(crate) use played::play;
