//! The log on real Kafka.

mod kept_schemas;
mod reading;
mod topics;
mod transactions;
