//! Transactions: who may write under a transactional id, and what belongs to its transaction. Apache Kafka's transaction
//! coordinator of 4.4 (KIP-98, 360, 447, 890, 664) is the model.
//!
//! What is written within a transaction is not known here, only where: logs and groups keep it until the marker comes.

mod admission;
mod change;
mod coordinator;
mod end;
mod fenced;
mod init;
mod join;
mod lifecycle;
mod limits;
mod markers;
mod place;
mod producer;
mod stage;
#[cfg(test)]
mod tests;
mod tick;
mod transaction;

pub(crate) use change::{Change, Step};
pub(crate) use place::Place;
pub(crate) use producer::Producer;

pub(crate) use coordinator::Transactions;
pub(crate) use fenced::fenced_as_known;
use init::Init;
pub(crate) use lifecycle::Protocol;
pub(crate) use limits::timeout_is_allowed;
pub(crate) use stage::Stage;
pub(crate) use transaction::Transaction;
