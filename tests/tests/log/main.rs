//! The log on real Kafka.

mod reading;
mod topics;
mod transactions;
