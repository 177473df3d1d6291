//! The notification service: tells customers by chat what happens to their orders.
//!
//! It listens to all event topics, makes a message of each event that matters to a customer, keeps it in a queue of its
//! own database and posts it to a webhook: at least once, under an id by which the receiver drops repeats. It decides
//! nothing and answers nothing.
//!
//! The service owns its data in an embedded database and runs as a single instance.

mod backoff;
mod courier;
mod listener;
mod message;
mod queue;
pub mod receiver;
mod records;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod texts;
mod wake;
mod webhook;

pub use listener::Listener;
pub use message::ChatMessage;
pub use records::TOPICS;
pub use service::{Running, run, start};
pub use settings::Settings;
pub use texts::Text;
