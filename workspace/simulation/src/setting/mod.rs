//! What a world's nodes run and which topics they have: definitions, schemas and topics.

mod compiled;
#[cfg(test)]
mod tests;
mod texts;
mod topics;
mod world_setting;

pub(crate) use compiled::retry_requested;
pub use world_setting::Setting;
