//! A small schema registry that plain Confluent clients can call.
