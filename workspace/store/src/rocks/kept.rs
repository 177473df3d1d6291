//! What a store keeps in memory of what stands in RocksDB.

use std::{cell::Cell, ops::ControlFlow};

use palinode_core::Timestamp;

use super::{database::Database, first_timer::FirstTimer, key, key_kind::KeyKind, marks, value::Summary};
use crate::{Checkpoint, Checkpoints, Error, JournalPosition};

/// What the last write left, besides the sagas and their indexes.
pub(super) struct Kept {
    pub(super) checkpoint: Checkpoint,
    pub(super) checkpoints: Checkpoints,
    pub(super) open: u64,
    /// How many batches with a summary RocksDB has.
    pub(super) batch: u64,
    /// The first timer of those in RocksDB that are not gone.
    pub(super) first_timer: FirstTimer,
    /// No saga is left that changed before this line.
    pub(super) first_line: Cell<u64>,
    /// Whether nothing was ever written.
    pub(super) is_new: bool,
}

impl Kept {
    /// Reads it.
    pub(super) fn read(database: &Database) -> Result<Self, Error> {
        let mut kept = Self {
            checkpoint: Checkpoint::default(),
            checkpoints: Checkpoints::default(),
            open: 0,
            batch: 0,
            first_timer: FirstTimer::none(),
            first_line: Cell::new(0),
            is_new: true,
        };
        if let Some(bytes) = database.get(KeyKind::Summary, &key::SUMMARY)? {
            kept.summary(&database.decode(&key::SUMMARY, &bytes)?);
        }
        marks::check(database, kept.batch)?;
        let checkpoint = &mut kept.checkpoint;
        database.scan(
            KeyKind::Position,
            &[KeyKind::Position.byte()],
            KeyKind::Position.end(),
            |key, offset| {
                let input = key::read_position(key).ok_or_else(|| database.no_key(key))?;
                checkpoint.positions.insert(input, database.decode(key, offset)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        database.scan(
            KeyKind::Activation,
            &[KeyKind::Activation.byte()],
            KeyKind::Activation.end(),
            |key, versions| {
                let definition = key::read_activation(key).ok_or_else(|| database.no_key(key))?;
                checkpoint
                    .activations
                    .restore(definition, database.decode(key, versions)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(kept)
    }

    fn summary(&mut self, summary: &Summary<'_>) {
        self.checkpoint.journal = summary.journal.map(|(offset, event_id)| JournalPosition {
            offset,
            event_id: event_id.into(),
        });
        self.checkpoint.clock = summary.clock;
        self.checkpoints = Checkpoints {
            lineage: summary.lineage.map(Into::into),
            lines: summary.lines,
            journal: summary.checkpointed,
        };
        self.open = summary.open;
        self.batch = summary.batch;
        self.first_timer = FirstTimer::not_before(summary.no_timer_before);
        self.is_new = false;
    }

    /// Counts a saga that was or is open.
    pub(super) fn count(&mut self, was_open: bool, is_open: bool) {
        match (was_open, is_open) {
            (false, true) => self.open += 1,
            (true, false) => self.open = self.open.saturating_sub(1),
            (false, false) | (true, true) => {}
        }
    }

    /// What is written with the next batch.
    pub(super) fn as_summary(&self, first_timer: &FirstTimer) -> Summary<'_> {
        let journal = self.checkpoint.journal.as_ref();
        Summary {
            journal: journal.map(|journal| (journal.offset, &*journal.event_id)),
            clock: self.checkpoint.clock,
            open: self.open,
            batch: self.batch + 1,
            no_timer_before: first_timer.due().unwrap_or(Timestamp(i64::MAX)),
            lineage: self.checkpoints.lineage.as_deref(),
            lines: self.checkpoints.lines,
            checkpointed: self.checkpoints.journal,
        }
    }
}
