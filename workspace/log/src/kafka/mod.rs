//! The log on Kafka, by librdkafka.
//!
//! A task writes by one producer for each of its transactional ids and reads by manual assignment; the consumer group
//! exists for `Membership` alone. Whatever librdkafka reports about a transaction ends in the closed
//! [`Outcome`](crate::Outcome). Nothing outside this folder sees a type of rdkafka.

mod client;
mod close;
mod compacted;
mod context;
mod deliveries;
mod exclusive;
mod failure;
mod heartbeats;
mod known_topics;
mod log;
mod membership;
mod poller;
mod producer;
mod queries;
mod reader;
mod role;
mod scan;
mod settings;
mod take;
mod task;
pub mod topics;
mod watch;

pub use self::{
    compacted::CompactedTopic,
    exclusive::Exclusive,
    heartbeats::Heartbeats,
    log::KafkaLog,
    membership::{Membership, News, Proposal},
    scan::{partition_count, scan},
    settings::{Settings, TRANSACTION_TIMEOUT},
    task::KafkaTask,
    watch::BrokerWatch,
};
