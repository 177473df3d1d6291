//! What a broker itself can do: the records of sagas in transactions, by a client that is no bottleneck.
//!
//! Everything that the client sends was encoded once. For each transaction it only writes sequence numbers and checksums
//! into the same bytes. It asks as librdkafka does: AddPartitionsToTxn, a Produce for each batch, EndTxn; two
//! transactional ids in turn.

mod load;
mod run;
mod wire;

pub(super) use run::{Transactions, run};
