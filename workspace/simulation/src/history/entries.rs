//! The history of a world.

use palinode_core::Timestamp;

use super::{Digest, Entry, Happened};

/// What happened in a world, in order. Only what is asked for is kept; the digest covers all.
#[derive(Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
    digest: Digest,
}

impl History {
    /// Takes in what happened.
    pub fn add(&mut self, at: Timestamp, what: Happened) {
        let entry = Entry { at, what };
        self.digest.add(&entry);
        self.entries.push(entry);
    }

    /// What happened, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A number for all of it: equal histories have equal ones.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }
}
