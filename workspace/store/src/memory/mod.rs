//! The store in memory: for tests and for the simulation. It forgets everything with the process, and can be told to
//! refuse a write.

mod contents;
mod store;
mod stores;

pub use store::MemoryStore;
pub use stores::MemoryStores;
