//! Replaying the journal into the store: up to one's own claim, or, as a standby, without an end. Replay evolves; it never
//! decides.

use std::{sync::Arc, time::Duration};

use palinode_core::{LockState, Saga, Sequence, Timestamp, evolve, evolve_lock};
use palinode_log::Consumed;
use palinode_store::{Activation, Checkpoint, JournalPosition, Store};
use palinode_wire::journal::{JournalRecord, SagaRecord, TaskRecord};

use super::{activate, draft::Draft, exits::store_exit, state_machine::Exit};
use crate::{
    Definitions,
    journal::{Journal, positions},
    restores::Place,
};

/// How far a member's clock may be off the broker's. Timers of a member whose clock runs ahead would fire early.
const CLOCK_SKEW_MAX: Duration = Duration::from_secs(2);

/// The claim that ends the replay.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Names it.
    pub(super) incarnation: Arc<str>,
    /// Our time before its transaction.
    pub(super) sent_at: Timestamp,
    /// Our time after its transaction.
    pub(super) ended_at: Timestamp,
    /// Its place in the journal, once it stands.
    pub(super) offset: Option<i64>,
}

/// Where the state comes from that a replay begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The store was there.
    Store,
    /// It was made from snapshots.
    Snapshots,
    /// It was empty.
    Journal,
}

/// How far a replay is.
pub(super) enum Read {
    /// The claim is not read yet.
    More,
    /// It is.
    Claim,
    /// The snapshots that the store was made from are of another journal, and how that is known.
    OtherJournal(String),
}

/// A replay under way.
pub(super) struct Replay<S: Store> {
    store: S,
    /// The record that the store reflects last; it is read again to see that it is the same journal.
    expected: Option<JournalPosition>,
    /// None: a standby's, which has no end.
    claim: Option<Claim>,
    origin: Origin,
    /// Its place among the restores of the node.
    place: Option<Place>,
    records: u64,
}

impl<S: Store> Replay<S> {
    /// A replay into `store`, whose last reflected record is `expected`.
    pub(super) fn new(store: S, expected: Option<JournalPosition>, origin: Origin, place: Option<Place>) -> Self {
        Self {
            store,
            expected,
            claim: None,
            origin,
            place,
            records: 0,
        }
    }

    /// From here on it ends at this claim, which is later in the journal than all that was read.
    pub(super) fn until(&mut self, claim: Claim) {
        self.claim = Some(claim);
    }

    /// What the store reflects.
    pub(super) fn checkpoint(&self) -> &Checkpoint {
        self.store.checkpoint()
    }

    /// Whether it has a place among the restores.
    pub(super) fn has_place(&self) -> bool {
        self.place.is_some()
    }

    /// Leaves its place among the restores to another task.
    pub(super) fn give_place_back(&mut self) {
        self.place = None;
    }

    /// The store, and the place among the restores.
    pub(super) fn into_parts(self) -> (S, Option<Place>) {
        tracing::info!(
            records = self.records,
            open_sagas = self.store.open_count(),
            from = ?self.origin,
            "the journal is replayed"
        );
        (self.store, self.place)
    }

    /// Folds `records` into the store.
    pub(super) fn take(
        &mut self,
        definitions: &Definitions,
        journal: &Journal,
        records: &[Consumed],
    ) -> Result<Read, Exit> {
        let mut draft = Draft::default();
        let mut last: Option<JournalPosition> = None;
        let mut clock = self.store.checkpoint().clock;
        let mut claimed = false;
        for record in records {
            let entry = journal.read(record).map_err(|reason| unreadable(record, &reason))?;
            let event_id = entry.event_id();
            if let Some(expected) = self.expected.take() {
                match other_journal(&expected, record.offset, &event_id, self.origin) {
                    None => continue,
                    Some(reason) if self.origin == Origin::Snapshots => return Ok(Read::OtherJournal(reason)),
                    Some(reason) => return Err(Exit::Park(reason)),
                }
            }
            clock = clock.max(entry.time());
            match &entry {
                JournalRecord::Saga(saga) => self.fold(definitions, &mut draft, saga, record)?,
                JournalRecord::Task(task) => claimed = self.note(definitions, &mut draft, task, record)?,
            }
            self.records += 1;
            last = Some(JournalPosition {
                offset: record.offset,
                event_id,
            });
            if claimed {
                break;
            }
        }
        if last.is_some() {
            self.store.write(draft.into_change(last, clock)).map_err(store_exit)?;
        }
        Ok(if claimed { Read::Claim } else { Read::More })
    }

    fn fold(
        &mut self,
        definitions: &Definitions,
        draft: &mut Draft,
        record: &SagaRecord,
        at: &Consumed,
    ) -> Result<(), Exit> {
        if record.is_of_lock() {
            return self.fold_lock(draft, record, at);
        }
        let id = &record.id;
        activate::ready(definitions, &id.definition, record.version)?;
        let Some(plan) = definitions.plan(&id.definition, record.version) else {
            return Ok(());
        };
        let event = record.event(plan).map_err(|error| unreadable(at, &error.to_string()))?;
        let saga = draft.take(&self.store, id).map_err(store_exit)?;
        let known = saga.as_ref().map_or(Sequence(0), Saga::sequence);
        // Events without a number are rejections, by which an unknown saga stays unknown.
        let saga = if record.sequence > known {
            evolve(plan, id, saga, &event, record.time)
        } else {
            saga
        };
        draft.put(id, saga);
        Ok(())
    }

    fn fold_lock(&mut self, draft: &mut Draft, record: &SagaRecord, at: &Consumed) -> Result<(), Exit> {
        let event = record
            .lock_event()
            .map_err(|error| unreadable(at, &error.to_string()))?;
        let lock = match draft.take(&self.store, &record.id).map_err(store_exit)? {
            Some(Saga::Lock(lock)) => *lock,
            _ => LockState::default(),
        };
        let lock = if record.sequence > lock.sequence {
            evolve_lock(lock, &event, record.time)
        } else {
            lock
        };
        draft.put(&record.id, Some(Saga::Lock(Box::new(lock))));
        Ok(())
    }

    /// Takes a task record in; true for our own claim.
    fn note(
        &mut self,
        definitions: &Definitions,
        draft: &mut Draft,
        record: &TaskRecord,
        at: &Consumed,
    ) -> Result<bool, Exit> {
        match record {
            TaskRecord::TaskClaimed(claimed) => {
                let own = self.claim.as_ref();
                if let Some(own) = own.filter(|own| *own.incarnation == *claimed.incarnation) {
                    own.check_clock(at.timestamp)?;
                    return Ok(true);
                }
            }
            TaskRecord::InputAdded(added) => {
                draft
                    .positions
                    .insert((added.topic.as_str().into(), added.partition), added.offset);
            }
            TaskRecord::PositionsAdvanced(advanced) => {
                draft.positions.extend(positions(advanced));
            }
            TaskRecord::JournalOpened(opened) => {
                self.store.set_journal_id(&opened.journal_id).map_err(store_exit)?;
            }
            TaskRecord::DefinitionActivated(activated) => {
                let version =
                    u32::try_from(activated.version).map_err(|_| unreadable(at, "a version is below zero"))?;
                activate::check(definitions, &activated.definition, version, &activated.hash)?;
                draft.activations.push(Activation {
                    definition: activated.definition.clone(),
                    version,
                    hash: Arc::clone(&activated.hash),
                });
            }
        }
        Ok(false)
    }
}

impl Claim {
    fn check_clock(&self, append_time: i64) -> Result<(), Exit> {
        let broker = Timestamp(append_time);
        let behind = self.sent_at.since(broker);
        let ahead = broker.since(self.ended_at);
        if append_time >= 0 && behind.max(ahead) > CLOCK_SKEW_MAX {
            return Err(Exit::Again(format!(
                "this member's clock is {} ms off the broker's; set it right, for example with NTP",
                behind.max(ahead).as_millis()
            )));
        }
        Ok(())
    }
}

/// Why a journal is not the one that the state was made from, whose last reflected record was `expected`.
fn other_journal(expected: &JournalPosition, offset: i64, event_id: &str, origin: Origin) -> Option<String> {
    if offset == expected.offset && *event_id == *expected.event_id {
        return None;
    }
    let difference = format!(
        "at offset {} the event '{}' is expected, and the journal has '{event_id}' at offset {offset}",
        expected.offset, expected.event_id
    );
    Some(match origin {
        Origin::Snapshots => format!("they are those of another journal: {difference}"),
        Origin::Store | Origin::Journal => format!(
            "the journal is not the one that this node's store reflects: {difference}. The topic was truncated or made \
             anew. If that was intended, remove the store's folder"
        ),
    })
}

pub(super) fn unreadable(record: &Consumed, reason: &str) -> Exit {
    Exit::Park(format!(
        "the journal record at offset {} cannot be read: {reason}",
        record.offset
    ))
}
