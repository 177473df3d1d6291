//! Where `make setup` keeps what it downloaded.

use std::env;
use std::path::PathBuf;

/// The folder of the downloads: `PALINODE_CACHE`, or `.cache/palinode` in the home folder.
pub fn folder() -> PathBuf {
    match env::var_os("PALINODE_CACHE") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/palinode"),
    }
}

/// The Python with the stock Confluent client, for participants that do not know Palinode.
pub fn python() -> PathBuf {
    folder().join("python/bin/python")
}
