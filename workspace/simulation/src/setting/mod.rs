//! What a world's nodes run and which topics they have: definitions, schemas and topics.

mod compiled;
mod texts;
mod topics;
mod world_setting;

pub use world_setting::Setting;
