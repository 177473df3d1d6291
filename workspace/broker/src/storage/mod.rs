//! Where batches and changes are kept, so that they outlive the process.
//!
//! The broker calls a [`Storage`] and does no IO itself; [`Memory`] keeps batches for as long as the process lives.

mod contract;
mod memory;

pub use contract::{Found, LogId, Position, Storage, StorageError};
pub use memory::Memory;
