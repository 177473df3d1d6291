//! A journal that ends with the process.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{Journal, Record};
use crate::Result;

/// A journal in memory. Clones are the same journal.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    records: Arc<Mutex<Vec<Record>>>,
}

impl MemoryJournal {
    /// A journal that holds these records, as another registry may have written them.
    pub fn of(records: Vec<Record>) -> MemoryJournal {
        MemoryJournal {
            records: Arc::new(Mutex::new(records)),
        }
    }

    /// What it holds.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().clone()
    }
}

impl Journal for MemoryJournal {
    fn name(&self) -> String {
        "a journal in memory".to_owned()
    }

    fn replay(&mut self, apply: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.records().into_iter().try_for_each(apply)
    }

    fn append(&mut self, records: &[Record]) -> Result<()> {
        self.records.lock().extend_from_slice(records);
        Ok(())
    }
}
