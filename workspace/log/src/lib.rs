//! The Kafka log: transactions owned by a task, topics, the registry client.
