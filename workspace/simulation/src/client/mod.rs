//! A model of the Kafka client of a task: what librdkafka does, and what `palinode-log` makes of it.

mod link;
mod outside;
mod partitions;
mod producer;
mod queries;
mod reader;
mod settings;
mod transaction;

pub(crate) use link::Link;
pub(crate) use outside::{Belongings, Client};
pub(crate) use partitions::Partitions;
