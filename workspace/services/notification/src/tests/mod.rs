//! The service without Kafka: events in, messages over real HTTP to a real receiver.

mod delivering;
mod given;
mod telling;
