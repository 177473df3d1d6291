//! What checkpoints need of the store in RocksDB: which sagas have changed, and which have snapshots.
//!
//! A saga that has changed stands under a key of its own from the write that brings its new state. So a saga that starts
//! and ends between two writes costs one small key, and no checkpoint ever looks at the others.

use std::{ops::ControlFlow, sync::Arc};

use super::{key, key_kind::KeyKind, store::RocksStore};
use crate::{ChangedSaga, Checkpoint, Checkpoints, Error, Restored, SagaChange, Snapshotted, restoring::Restoring};

impl RocksStore {
    pub(super) fn draw(&mut self, lineage: &Arc<str>) -> Result<(), Error> {
        // What has changed up to now is written before the line.
        if self.behind {
            self.catch_up()?;
        }
        self.kept.is_new = false;
        let before = self.kept.checkpoints.clone();
        self.kept.checkpoints.lines += 1;
        self.kept.checkpoints.lineage.get_or_insert_with(|| Arc::clone(lineage));
        let drawn = self.catch_up();
        if drawn.is_err() {
            self.kept.checkpoints = before;
        }
        drawn
    }

    pub(super) fn changed_after(&self, after: Option<&ChangedSaga>, limit: usize) -> Result<Vec<ChangedSaga>, Error> {
        let (mut from, mut end) = (Vec::new(), Vec::new());
        match after {
            Some(ChangedSaga { line, id }) => {
                key::changed(&mut from, *line, id);
                // The first key after it.
                from.push(0);
            }
            None => key::line(&mut from, self.kept.first_line.get()),
        }
        key::line(&mut end, self.kept.checkpoints.lines);
        let mut changed = Vec::new();
        self.database.scan(KeyKind::Changed, &from, end, |key, _| {
            if changed.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            changed.push(key::read_changed(key).ok_or_else(|| self.database.no_key(key))?);
            Ok(ControlFlow::Continue(()))
        })?;
        if after.is_none() {
            let first = changed.first().map_or(self.kept.checkpoints.lines, |saga| saga.line);
            self.kept.first_line.set(first);
        }
        Ok(changed)
    }

    pub(super) fn which_have_snapshots(&self, sagas: &[ChangedSaga]) -> Result<Vec<bool>, Error> {
        let found = self
            .database
            .look_up(KeyKind::Snapshot, sagas.iter().map(|saga| &saga.id))?;
        Ok(found.iter().map(Option::is_some).collect())
    }

    pub(super) fn settle(&mut self, sagas: &[(ChangedSaga, Snapshotted)]) -> Result<(), Error> {
        let mut batch = self.database.batch()?;
        for (saga, done) in sagas {
            batch.settled(saga);
            match done {
                Snapshotted::OfItsOwn => batch.snapshot(&saga.id, true),
                Snapshotted::Buried => batch.snapshot(&saga.id, false),
                Snapshotted::InAList => {}
            }
        }
        self.database.write(batch.entries())
    }

    pub(super) fn take_restored(&mut self, restored: Vec<Restored>) -> Result<(), Error> {
        if self.kept.is_new {
            // What is not restored to its end reflects no journal, and is not new: so it is made again.
            self.kept.is_new = false;
            self.catch_up()?;
        }
        let taken = {
            let mut restoring = self.restoring.take().unwrap_or_default();
            let taken = restoring.take(restored, |ids| crate::Store::sagas(self, ids))?;
            self.restoring = Some(restoring);
            taken
        };
        let mut batch = self.database.batch()?;
        for (id, stands) in &taken.snapshots {
            batch.snapshot(id, *stands);
        }
        for change in &taken.change.sagas {
            let SagaChange { id, saga, .. } = change;
            batch.saga(id, saga).map_err(|error| self.not_encoded(&error))?;
            for timer in &change.timers_removed {
                self.kept.first_timer.removed(batch.timer_removed(id, timer));
            }
            for timer in &change.timers_added {
                self.kept.first_timer.added(batch.timer_added(id, timer));
            }
            let is_open = saga.open().is_some();
            match (change.was_open, is_open) {
                (false, true) => batch.opened(id),
                (true, false) => batch.closed(id),
                (false, false) | (true, true) => {}
            }
            self.kept.count(change.was_open, is_open);
        }
        self.database.write_unlogged(batch.entries())
    }

    pub(super) fn restored(&mut self, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Result<(), Error> {
        let left_over = self.restoring.as_mut().map(std::mem::take).map(Restoring::left_over);
        let mut batch = self.database.batch()?;
        for id in left_over.into_iter().flatten() {
            batch.changed(checkpoints.lines, &id);
        }
        self.database.write(batch.entries())?;
        // Before it is said that all of it is there.
        self.database.flush()?;
        self.kept.checkpoint = checkpoint;
        self.kept.checkpoints = checkpoints;
        self.kept.is_new = false;
        self.catch_up()?;
        self.restoring = None;
        Ok(())
    }
}
