//! Everybody around the orchestrator: customers, people, and services that misbehave.
//!
//! [`Shop`] is one actor of the world. Customers and people do what the plan's wishes say. A service reads its commands,
//! keeps what it did in a model of its database, and answers as [`crate::plan::Services`] lets it: late, twice, wrong,
//! without headers, or not at all. However it answers, it does everything once and tells in the end what it did, so that
//! money and stock add up when a world is at rest, unless it reads what is not committed.

mod actor;
mod answer;
mod books;
mod command;
mod customers;
mod fate;
mod order;
mod pen;
mod queue;
mod service;
#[cfg(test)]
mod tests;
mod unasked;

pub use actor::Shop;
