//! Real Kafka and a registry, started as child processes for the demo, the benchmark and the tests.
