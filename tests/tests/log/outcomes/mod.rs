//! How each call ends when the broker, or the way to it, fails at each point: what the log says is true, it says it in
//! time, and a take-over afterwards works.
//!
//! The log never sends offsets to a transaction, so AddOffsetsToTxn and TxnOffsetCommit are no points of it: positions
//! stand in the journal.

mod asking;
mod late;
mod pool;
mod reading;
mod recorded;
mod refused;
mod transaction;
mod writing;
