//! The store in RocksDB: a folder a task, `<data>/<application>/<member>/task-<p>`.
//!
//! What several changes leave is written at once, and to RocksDB's log without a sync. So what a crash takes, of the
//! process or of the machine, is a suffix of the changes, and the journal has it.

mod batch;
mod checkpoint;
mod copy;
mod database;
mod failure;
mod first_timer;
mod folder;
mod identity;
mod inspect;
mod kept;
mod key;
mod key_kind;
mod key_list;
mod marks;
mod options;
mod place;
mod recent;
mod restore;
mod saga_size;
mod settings;
mod store;
mod stores;
mod unwritten;
mod value;

pub use copy::StoreCopy;
pub use inspect::{Contents, Owner, inspect};
pub use place::Place;
pub use restore::Restoring;
pub use settings::Settings;
pub use store::RocksStore;
pub use stores::RocksStores;
