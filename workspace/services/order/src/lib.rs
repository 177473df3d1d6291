//! The order service: the counter of the shop, and the owner of the order record.
//!
//! Customers place orders over HTTP and get an answer at once; what was ordered and what is announced to the world
//! commit in one database transaction, and the outbox publishes it afterwards. What becomes of an order is read from
//! `orders.status`. Whether there is stock or money is not decided here: that is the saga's work.
//!
//! The service owns its data in an embedded database and runs as a single instance.

mod counter;
mod events;
mod http;
mod idempotency;
mod messages;
mod order;
mod placement;
mod problem;
mod reader;
mod service;
mod settings;
mod shop;
mod statuses;
mod tables;
mod trace;
mod writer;

pub use counter::ANSWERS_KEPT;
pub use events::{
    EVENTS_TOPIC, OrderCancellationRequested, OrderPlaced, OrderStatusChanged, PaymentRetryRequested, REQUESTS_TOPIC,
    STATUS_TOPIC, Wish,
};
pub use messages::Message;
pub use order::{Millis, Order, Status};
pub use placement::{Fault, Item, Placement};
pub use service::{Running, run, start};
pub use settings::Settings;
pub use shop::Shop;
pub use statuses::StatusKeeper;
