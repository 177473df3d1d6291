//! The order service over real HTTP and a real database file, without Kafka: the outbox is looked into instead.

mod durability;
mod given;
mod killed;
mod placing;
mod statuses;
mod tracing;
mod wishes;
