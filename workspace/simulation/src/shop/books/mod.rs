//! What services keep of what they did: each step of a saga is done once and taken back once, whatever is asked how often.

mod book;
mod payments;
mod shipments;
mod warehouse;

pub(super) use book::{Book, Refusal, Work};
pub(super) use payments::Payments;
pub(super) use shipments::Shipments;
pub(super) use warehouse::Warehouse;
