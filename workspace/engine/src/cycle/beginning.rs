//! The beginning of the journal: is it the journal that the store reflects?
//!
//! It is read only when the store does not fit the journal's offsets. In every other take-over the event at the store's
//! own offset tells the same for less.

use std::sync::Arc;

use palinode_log::Consumed;
use palinode_store::JournalPosition;
use palinode_wire::journal::{JournalRecord, TaskRecord};

use super::{
    replay::{Claim, unreadable},
    state_machine::Exit,
};
use crate::journal::Journal;

/// The search for the journal's opening. Claims may stand before it; our own claim ends it.
pub(super) struct Beginning {
    claim: Arc<str>,
    opening: Option<Arc<str>>,
}

impl Beginning {
    /// A search that has read nothing yet.
    pub(super) fn before(claim: &Claim) -> Self {
        Self {
            claim: Arc::clone(&claim.incarnation),
            opening: None,
        }
    }

    /// Reads on. True when the opening is found, or there is none.
    pub(super) fn take(&mut self, journal: &Journal, records: &[Consumed]) -> Result<bool, Exit> {
        for record in records {
            let entry = journal.read(record).map_err(|reason| unreadable(record, &reason))?;
            match entry {
                JournalRecord::Task(TaskRecord::JournalOpened(opened)) => {
                    self.opening = Some(opened.journal_id);
                    return Ok(true);
                }
                JournalRecord::Task(TaskRecord::TaskClaimed(claimed)) if claimed.incarnation == self.claim => {
                    return Ok(true);
                }
                JournalRecord::Task(_) | JournalRecord::Saga(_) => {}
            }
        }
        Ok(false)
    }
}

/// Why a store is set aside that reflects the journal `known` and has this `misfit`.
pub(super) fn reason_for(known: Option<&str>, beginning: &Beginning, misfit: &str) -> String {
    match (known, beginning.opening.as_deref()) {
        (Some(known), Some(opening)) if known != opening => format!(
            "the journal was made anew: the store reflects the journal '{known}', and this one is '{opening}' ({misfit})"
        ),
        (Some(known), None) => format!(
            "the journal was made anew: the store reflects the journal '{known}', and this one is not opened yet \
             ({misfit})"
        ),
        _ => misfit.into(),
    }
}

/// Why a store that reflects the journal up to `position` does not fit a journal with these bounds.
pub(super) fn misfit(position: Option<&JournalPosition>, first: i64, end: i64) -> Option<String> {
    let offset = position?.offset;
    if offset >= end {
        Some(format!(
            "the store reflects the journal up to offset {offset}, but the journal ends before {end}"
        ))
    } else if offset < first {
        Some(format!(
            "the store reflects the journal up to offset {offset}, but the journal begins at {first}"
        ))
    } else {
        None
    }
}
