//! The state of a task beside Kafka: RocksDB, and its twin in memory.
