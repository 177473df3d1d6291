//! The log on real Kafka.

mod kept_schemas;
mod outcomes;
mod published_definitions;
mod reading;
mod snapshots;
mod topics;
mod transactions;
mod watch;
