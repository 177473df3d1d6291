//! The store in RocksDB: a folder a task, `<data>/<application>/<member>/task-<p>`.
//!
//! Writes go to RocksDB's log without a sync: what a crash of the machine takes is a suffix, and the journal has it.

mod batch;
mod database;
mod failure;
mod first_timer;
mod folder;
mod identity;
mod key;
mod key_kind;
mod key_list;
mod options;
mod recent;
mod settings;
mod store;
mod stores;
mod value;

pub use settings::Settings;
pub use store::RocksStore;
pub use stores::RocksStores;
