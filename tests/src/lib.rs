//! Tests of the whole: real Kafka, real processes.
