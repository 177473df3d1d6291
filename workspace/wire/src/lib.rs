//! Avro, the Confluent wire format and message headers.
