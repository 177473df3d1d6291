//! Making a store from the snapshots.
//!
//! What stands in them is a help and never the truth: whatever is missing, damaged, of another journal or of another format
//! makes them useless, with a reason, and the journal is read from its first record instead.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::{Saga, SagaId, Sequence};
use palinode_log::Consumed;
use palinode_store::{
    Activation, Checkpoint, Checkpoints, FORMAT, JournalPosition, Restored, Snapshotted, Store, saga_from_bytes,
};
use palinode_wire::snapshots::{CheckpointDone, SnapshotKey, SnapshotRecord};

use super::{exits::store_exit, state_machine::Exit};
use crate::{restores::Place, snapshots::Snapshots};

/// Sagas that are looked up at a time at the end.
const LOOK_UP: usize = 1_000;

/// A restore from the snapshots under way.
pub(super) struct Load<S: Store> {
    store: S,
    place: Option<Place>,
    snapshots: Snapshots,
    task: i32,
    /// The id of the journal that what was read comes from.
    journal: Option<Arc<str>>,
    done: Option<CheckpointDone>,
    /// What cannot be read, by key, and why.
    unreadable: BTreeMap<Option<SnapshotKey>, String>,
    /// Sagas whose own snapshots were taken away: they stand in a list.
    gone: BTreeSet<SagaId>,
    records: u64,
}

/// What came of it.
pub(super) enum Loaded<S: Store> {
    /// The store reflects the journal up to its checkpoint, at the least.
    Fits(S, Option<Place>),
    /// The store is of no use, and why.
    Useless(S, Option<Place>, String),
}

impl<S: Store> Load<S> {
    /// A restore into `store`, which is new.
    pub(super) fn new(store: S, place: Option<Place>, snapshots: Snapshots, task: i32) -> Self {
        Self {
            store,
            place,
            snapshots,
            task,
            journal: None,
            done: None,
            unreadable: BTreeMap::new(),
            gone: BTreeSet::new(),
            records: 0,
        }
    }

    /// The store, and the place among the restores.
    pub(super) fn into_parts(self) -> (S, Option<Place>) {
        (self.store, self.place)
    }

    /// Takes records in. `renew` sets a store aside and gives a new one: for snapshots of another journal.
    pub(super) fn take(
        mut self,
        records: &[Consumed],
        renew: impl Fn(S, &str) -> Result<S, Exit>,
    ) -> Result<Self, Exit> {
        let mut restored = Vec::with_capacity(records.len());
        for record in records {
            self.records += 1;
            let key = Snapshots::key(record);
            let Some(value) = &record.value else {
                self.unreadable.remove(&key);
                if let Some(SnapshotKey::Saga(id)) = key {
                    self.gone.insert(id.clone());
                    restored.push(Restored::Gone(id));
                }
                continue;
            };
            let read = self.snapshots.read(value).and_then(|read| meant(key.as_ref(), read));
            let (journal, read) = match read {
                Ok(read) => read,
                Err(reason) => {
                    self.unreadable
                        .insert(key, format!("at offset {}: {reason}", record.offset));
                    continue;
                }
            };
            if self.journal.as_ref().is_some_and(|known| *known != journal) {
                // The journal was made anew: what stands here of the one before is of no use.
                restored.clear();
                self = self.begin_anew(&renew)?;
            }
            self.journal = Some(journal);
            self.unreadable.remove(&key);
            match read {
                Meant::Sagas(sagas) => {
                    for saga in &sagas {
                        if let Restored::Saga {
                            id,
                            from: Snapshotted::OfItsOwn,
                            ..
                        } = saga
                        {
                            self.gone.remove(id);
                        }
                    }
                    restored.extend(sagas);
                }
                Meant::Done(done) => self.done = Some(*done),
            }
        }
        self.store.restore(restored).map_err(store_exit)?;
        Ok(self)
    }

    fn begin_anew(self, renew: impl Fn(S, &str) -> Result<S, Exit>) -> Result<Self, Exit> {
        let store = renew(
            self.store,
            "it was being made from snapshots of a journal that is no longer there",
        )?;
        Ok(Self {
            records: self.records,
            ..Self::new(store, self.place, self.snapshots, self.task)
        })
    }

    /// All snapshots are read. `first` and `end` are the journal's bounds.
    pub(super) fn finish(mut self, (first, end): (i64, i64)) -> Result<Loaded<S>, Exit> {
        let done = self.done.take();
        let reason = match &done {
            _ if self.records == 0 => Some("there are none".to_owned()),
            None => Some("no checkpoint among them was done".to_owned()),
            Some(done) => self.misfit(done, first, end)?,
        };
        match (done, reason) {
            (Some(done), None) => {
                self.end(done)?;
                Ok(Loaded::Fits(self.store, self.place))
            }
            (_, reason) => Ok(Loaded::Useless(self.store, self.place, reason.unwrap_or_default())),
        }
    }

    /// Why the snapshots up to this checkpoint are of no use.
    fn misfit(&self, done: &CheckpointDone, first: i64, end: i64) -> Result<Option<String>, Exit> {
        let offset = done.offset;
        if done.task != self.task {
            return Ok(Some(format!("they are those of task {}", done.task)));
        }
        if offset >= end {
            return Ok(Some(format!(
                "they reflect the journal up to offset {offset}, but the journal ends before {end}"
            )));
        }
        if offset < first {
            return Ok(Some(format!(
                "they reflect the journal up to offset {offset}, but the journal begins at {first}"
            )));
        }
        // Lists of checkpoints that this one does not go on from are not needed.
        let is_needed = |key: &Option<SnapshotKey>| match key {
            Some(SnapshotKey::Closed { lineage, .. }) => **lineage == *done.lineage,
            Some(SnapshotKey::Saga(_) | SnapshotKey::Done) | None => true,
        };
        if let Some((_, reason)) = self.unreadable.iter().find(|(key, _)| is_needed(key)) {
            return Ok(Some(format!("one of them cannot be read, {reason}")));
        }
        if done.activations.iter().any(|activation| activation.version < 0) {
            return Ok(Some("a version is below zero".into()));
        }
        self.without_end()
    }

    /// A saga whose own snapshot was taken away has to stand in a list.
    fn without_end(&self) -> Result<Option<String>, Exit> {
        let gone: Vec<SagaId> = self.gone.iter().cloned().collect();
        for ids in gone.chunks(LOOK_UP) {
            for (id, saga) in ids.iter().zip(self.store.sagas(ids).map_err(store_exit)?) {
                if matches!(saga, None | Some(Saga::Open(_) | Saga::Lock(_))) {
                    return Ok(Some(format!("the end of the saga {id} is missing")));
                }
            }
        }
        Ok(None)
    }

    fn end(&mut self, done: CheckpointDone) -> Result<(), Exit> {
        let activations = done.activations.into_iter().map(|activation| Activation {
            definition: activation.definition,
            version: activation.version.unsigned_abs(),
            hash: activation.hash,
        });
        let position = |position: palinode_wire::journal::Position| {
            let input = (Arc::from(position.topic.as_str()), position.partition);
            (input, position.offset)
        };
        let checkpoint = Checkpoint {
            journal: Some(JournalPosition {
                offset: done.offset,
                event_id: done.event_id,
            }),
            positions: done.positions.into_iter().map(position).collect(),
            clock: done.clock,
            activations: activations.collect(),
        };
        let checkpoints = Checkpoints {
            lineage: Some(done.lineage),
            lines: 0,
            journal: Some(done.offset),
        };
        self.store.set_journal_id(&done.journal).map_err(store_exit)?;
        self.store.end_restore(checkpoint, checkpoints).map_err(store_exit)?;
        tracing::info!(
            task = self.task,
            records = self.records,
            open_sagas = self.store.open_count(),
            journal = done.offset,
            "the store is made from the snapshots"
        );
        Ok(())
    }
}

/// What a record says.
enum Meant {
    Sagas(Vec<Restored>),
    Done(Box<CheckpointDone>),
}

/// What a record under this key says, and the journal that it comes from.
fn meant(key: Option<&SnapshotKey>, record: SnapshotRecord) -> Result<(Arc<str>, Meant), String> {
    match (key, record) {
        (Some(SnapshotKey::Saga(id)), SnapshotRecord::Saga(record)) if *id == record.id => {
            let saga = saga_of(record.format, record.sequence, &record.state)?;
            let restored = Restored::Saga {
                id: record.id,
                saga,
                from: Snapshotted::OfItsOwn,
            };
            Ok((record.journal, Meant::Sagas(vec![restored])))
        }
        (Some(SnapshotKey::Closed { .. }), SnapshotRecord::Closed(list)) => {
            let format = list.format;
            let restored = list.sagas.into_iter().map(|closed| {
                Ok(Restored::Saga {
                    saga: saga_of(format, closed.sequence, &closed.state)?,
                    id: closed.id,
                    from: Snapshotted::InAList,
                })
            });
            Ok((list.journal, Meant::Sagas(restored.collect::<Result<_, String>>()?)))
        }
        (Some(SnapshotKey::Done), SnapshotRecord::Done(done)) => {
            Ok((Arc::clone(&done.journal), Meant::Done(Box::new(done))))
        }
        (_, record) => Err(format!("a {} stands under a key of something else", record.name())),
    }
}

fn saga_of(format: i32, sequence: Sequence, state: &[u8]) -> Result<Saga, String> {
    if format != i32::from(FORMAT) {
        return Err(format!("it has the format {format}, and this is format {FORMAT}"));
    }
    let saga = saga_from_bytes(state)?;
    if saga.sequence() == sequence {
        Ok(saga)
    } else {
        Err(format!(
            "its state is that after event {}, not {}",
            saga.sequence().0,
            sequence.0
        ))
    }
}
