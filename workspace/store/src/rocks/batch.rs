//! One change as RocksDB's batch.

use palinode_core::{DefinitionName, Saga, SagaId, Timer};
use rocksdb::{ColumnFamily, WriteBatch};

use super::{
    key,
    key_kind::KeyKind,
    marks,
    value::{self, Summary},
};
use crate::{ActiveVersion, ChangedSaga, InputKey};

/// Gathers a change. Keys and values are written into buffers that are used again from entry to entry.
pub(super) struct Batch<'a> {
    indexes: &'a ColumnFamily,
    batch: WriteBatch,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl<'a> Batch<'a> {
    /// An empty batch; `indexes` is the column family of timers and open sagas.
    pub(super) fn new(indexes: &'a ColumnFamily) -> Self {
        Self {
            indexes,
            batch: WriteBatch::default(),
            key: Vec::new(),
            value: Vec::new(),
        }
    }

    /// A saga in its new state.
    pub(super) fn saga(&mut self, id: &SagaId, saga: &Saga) -> Result<(), postcard::Error> {
        self.saga_key(KeyKind::Saga, id);
        value::encode(&mut self.value, &self.key, saga)?;
        self.batch.put(&self.key, &self.value);
        Ok(())
    }

    /// A saga that becomes open.
    pub(super) fn opened(&mut self, id: &SagaId) {
        self.saga_key(KeyKind::Open, id);
        self.batch.put_cf(self.indexes, &self.key, []);
    }

    /// A saga that is open no longer.
    pub(super) fn closed(&mut self, id: &SagaId) {
        self.saga_key(KeyKind::Open, id);
        self.batch.delete_cf(self.indexes, &self.key);
    }

    /// A saga that has changed after so many lines.
    pub(super) fn changed(&mut self, line: u64, id: &SagaId) {
        self.key.clear();
        key::changed(&mut self.key, line, id);
        self.batch.put_cf(self.indexes, &self.key, []);
    }

    /// A saga that a checkpoint has come to.
    pub(super) fn settled(&mut self, saga: &ChangedSaga) {
        self.key.clear();
        key::changed(&mut self.key, saga.line, &saga.id);
        self.batch.delete_cf(self.indexes, &self.key);
    }

    /// Whether a saga has a snapshot of its own.
    pub(super) fn snapshot(&mut self, id: &SagaId, stands: bool) {
        self.saga_key(KeyKind::Snapshot, id);
        if stands {
            self.batch.put_cf(self.indexes, &self.key, []);
        } else {
            self.batch.delete_cf(self.indexes, &self.key);
        }
    }

    /// The entries as they are, without a new summary.
    pub(super) fn entries(self) -> WriteBatch {
        self.batch
    }

    /// A new timer; gives its key.
    pub(super) fn timer_added(&mut self, id: &SagaId, timer: &Timer) -> &[u8] {
        self.timer_key(id, timer);
        self.batch.put_cf(self.indexes, &self.key, []);
        &self.key
    }

    /// A timer that is gone; gives its key.
    pub(super) fn timer_removed(&mut self, id: &SagaId, timer: &Timer) -> &[u8] {
        self.timer_key(id, timer);
        self.batch.delete_cf(self.indexes, &self.key);
        &self.key
    }

    /// The offset of the next record of an input.
    pub(super) fn position(&mut self, input: &InputKey, offset: i64) -> Result<(), postcard::Error> {
        self.key.clear();
        key::position(&mut self.key, input);
        value::encode(&mut self.value, &self.key, &offset)?;
        self.batch.put(&self.key, &self.value);
        Ok(())
    }

    /// The versions that starts of `definition` followed, the one in force last.
    pub(super) fn activations(
        &mut self,
        definition: &DefinitionName,
        versions: &[ActiveVersion],
    ) -> Result<(), postcard::Error> {
        self.key.clear();
        key::activation(&mut self.key, definition);
        value::encode(&mut self.value, &self.key, &versions)?;
        self.batch.put(&self.key, &self.value);
        Ok(())
    }

    /// The last entries: what is known besides, and the batch's marks.
    pub(super) fn finish(mut self, summary: &Summary<'_>) -> Result<WriteBatch, postcard::Error> {
        value::encode(&mut self.value, &key::SUMMARY, summary)?;
        self.batch.put(key::SUMMARY, &self.value);
        let mark = marks::key(KeyKind::StateMark, summary.batch);
        value::encode(&mut self.value, &mark, &summary.batch)?;
        self.batch.put(mark, &self.value);
        let mark = marks::key(KeyKind::IndexMark, summary.batch);
        value::encode(&mut self.value, &mark, &summary.batch)?;
        self.batch.put_cf(self.indexes, mark, &self.value);
        Ok(self.batch)
    }

    fn saga_key(&mut self, kind: KeyKind, id: &SagaId) {
        self.key.clear();
        key::saga(&mut self.key, kind, id);
    }

    fn timer_key(&mut self, id: &SagaId, timer: &Timer) {
        self.key.clear();
        key::timer(&mut self.key, id, timer);
    }
}
