//! The SDK for services that take part in sagas: commands in, replies out, nothing lost and nothing doubled.
//!
//! A service owns one SQLite database. A [`Participant`] reads command topics and calls a [`Handler`] for each command
//! inside one database transaction a batch, with which the final answers are stored and the replies put into the
//! [`Outbox`]. The sender publishes the outbox in order. A [`Subscriber`] does the same for a service that only listens
//! to events. A crash at any point loses nothing: commands are read again, stored answers are given again, and what was
//! left in the outbox is sent again under the same ids.
//!
//! The SDK knows the messages' form (Avro in the Confluent format, CloudEvents headers, idempotency keys) and nothing of
//! what they mean. It does not scale a service over several instances: the reference services run as single instances.

mod answers;
mod bars;
mod behaviour;
mod client;
mod codec;
mod command;
mod compose;
mod consumer;
mod database;
mod dead_letter;
mod desk;
mod error;
mod event;
mod handler;
pub mod headers;
mod http;
mod incoming;
mod insist;
mod listening;
pub mod measures;
mod message;
mod outbox;
mod packing;
mod participant;
mod producer;
mod readiness;
mod record;
mod registry;
mod running;
mod schemas;
mod seen;
mod sender;
mod settings;
mod stop;
mod subscriber;
pub mod testing;
mod wake;

pub use behaviour::{Behaviour, Switched, Switches};
pub use codec::Codec;
pub use command::{Command, ReplyTo};
pub use compose::Composer;
pub use database::{Database, Durability};
pub use desk::{Desk, Processed};
pub use error::{Error, HandlerError, SchemaError};
pub use event::{Event, EventHandler};
pub use handler::{Answer, BARRED, Handler};
pub use http::{Http, MetricsText, Refusal};
pub use incoming::Incoming;
pub use listening::{Heard, Listening};
pub use message::OutMessage;
pub use outbox::Outbox;
pub use palinode_core::{IdempotencyKey, Purpose, SagaId, SchemaId, Timestamp};
pub use participant::Participant;
pub use readiness::Readiness;
pub use record::Record;
pub use registry::Registry;
pub use running::{Parts, Running};
pub use rusqlite;
pub use schemas::{LocalSchemas, SchemaSource};
pub use sender::Sender;
pub use settings::{KafkaSettings, ServiceSettings};
pub use stop::Stop;
pub use subscriber::Subscriber;
pub use wake::now;
