//! Changes that RocksDB does not have yet.
//!
//! A saga changes several times within a second or two. What several changes leave is written at once, so that a saga
//! that starts and ends between two writes is written once, and its timers never. RocksDB then stands where the store
//! was some changes ago: a crash takes what is here, and the journal has it.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use foldhash::fast::RandomState;
use palinode_core::{Saga, SagaId, Timer, TimerKind, Timestamp};

use super::saga_size::size;

/// A timer in the order of RocksDB's keys: due time, saga, kind.
pub(super) type TimerOf = (Timestamp, SagaId, TimerKind);

/// What has changed since RocksDB was written to.
#[derive(Default)]
pub(super) struct Unwritten {
    sagas: HashMap<SagaId, Changed, RandomState>,
    timers_added: BTreeSet<TimerOf>,
    timers_removed: HashSet<TimerOf, RandomState>,
    bytes: usize,
    changes: usize,
}

/// A saga that has changed.
pub(super) struct Changed {
    /// As it is.
    pub(super) saga: Saga,
    /// Whether it is open in RocksDB.
    pub(super) was_open: bool,
}

/// What a change of a timer means for those that stand in RocksDB.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OnDisk {
    /// Nothing: it never came there.
    Untouched,
    /// One that stands there is gone.
    Gone,
    /// One that was gone is there again.
    Back,
}

impl Unwritten {
    /// The saga, when it has changed.
    pub(super) fn saga(&self, id: &SagaId) -> Option<&Saga> {
        self.sagas.get(id).map(|changed| &changed.saga)
    }

    /// Takes in a saga's new state. `was_open` says whether it was open before: when it changes for the first time, in
    /// RocksDB.
    pub(super) fn put(&mut self, id: SagaId, saga: Saga, was_open: bool) {
        self.changes += 1;
        self.bytes += size(&saga);
        match self.sagas.entry(id) {
            Entry::Occupied(mut known) => {
                let before = std::mem::replace(&mut known.get_mut().saga, saga);
                self.bytes -= size(&before);
            }
            Entry::Vacant(place) => drop(place.insert(Changed { saga, was_open })),
        }
    }

    /// Takes in a new timer.
    pub(super) fn timer_added(&mut self, id: &SagaId, timer: &Timer) -> OnDisk {
        let timer = (timer.due, id.clone(), timer.kind);
        if self.timers_removed.remove(&timer) {
            return OnDisk::Back;
        }
        self.timers_added.insert(timer);
        OnDisk::Untouched
    }

    /// Takes in that a timer is gone.
    pub(super) fn timer_removed(&mut self, id: &SagaId, timer: &Timer) -> OnDisk {
        let timer = (timer.due, id.clone(), timer.kind);
        if self.timers_added.remove(&timer) {
            return OnDisk::Untouched;
        }
        self.timers_removed.insert(timer);
        OnDisk::Gone
    }

    /// When the first timer that RocksDB does not have is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.timers_added.first().map(|(due, ..)| *due)
    }

    /// Timers that RocksDB does not have and that are due at `now`, in order.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = &TimerOf> {
        self.timers_added.iter().take_while(move |(due, ..)| *due <= now)
    }

    /// Whether a timer that stands in RocksDB is gone.
    pub(super) fn is_gone(&self, timer: &TimerOf) -> bool {
        !self.timers_removed.is_empty() && self.timers_removed.contains(timer)
    }

    /// The timers that RocksDB does not have, in order, and those that are gone from it.
    pub(super) fn timers(&self) -> (impl Iterator<Item = &TimerOf>, impl Iterator<Item = &TimerOf>) {
        (self.timers_added.iter(), self.timers_removed.iter())
    }

    /// The changed sagas in the order of their ids.
    pub(super) fn sagas(&self) -> Vec<(&SagaId, &Changed)> {
        let mut sagas: Vec<_> = self.sagas.iter().collect();
        sagas.sort_unstable_by_key(|(id, _)| *id);
        sagas
    }

    /// The ids of the open ones among the changed sagas, in no order.
    pub(super) fn open(&self) -> impl Iterator<Item = &SagaId> {
        self.sagas
            .iter()
            .filter(|(_, changed)| changed.saga.open().is_some())
            .map(|(id, _)| id)
    }

    /// Bytes of the sagas, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many changes of sagas are in it.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Begins anew: all of it is written. Gives the sagas.
    pub(super) fn written(&mut self) -> impl Iterator<Item = (SagaId, Saga)> + use<> {
        let written = std::mem::take(self);
        written.sagas.into_iter().map(|(id, changed)| (id, changed.saga))
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::{ClosedSaga, Outcome, Sequence};

    use super::*;

    fn id() -> SagaId {
        SagaId::new("order", "o-1")
    }

    fn deadline(due: i64) -> Timer {
        Timer {
            due: Timestamp(due),
            kind: TimerKind::Deadline,
        }
    }

    fn closed() -> Saga {
        Saga::Closed(ClosedSaga {
            outcome: Outcome::Completed,
            at: Timestamp(2),
            version: 1,
            sequence: Sequence(2),
            memory: None,
        })
    }

    #[test]
    fn a_timer_that_comes_and_goes_never_reaches_the_disk() {
        let mut unwritten = Unwritten::default();
        assert_eq!(unwritten.timer_added(&id(), &deadline(5)), OnDisk::Untouched);
        assert_eq!(unwritten.next_due(), Some(Timestamp(5)));
        assert_eq!(unwritten.timer_removed(&id(), &deadline(5)), OnDisk::Untouched);
        let (added, removed) = unwritten.timers();
        assert_eq!((added.count(), removed.count()), (0, 0));
    }

    #[test]
    fn a_timer_of_the_disk_may_go_and_come_back() {
        let mut unwritten = Unwritten::default();
        let timer = (Timestamp(5), id(), TimerKind::Deadline);
        assert_eq!(unwritten.timer_removed(&id(), &deadline(5)), OnDisk::Gone);
        assert!(unwritten.is_gone(&timer));
        assert_eq!(unwritten.timer_added(&id(), &deadline(5)), OnDisk::Back);
        assert!(!unwritten.is_gone(&timer));
        assert_eq!(unwritten.next_due(), None);
    }

    #[test]
    fn what_a_saga_was_on_the_disk_stays_when_it_changes_again() {
        let mut unwritten = Unwritten::default();
        unwritten.put(id(), closed(), true);
        let bytes = unwritten.bytes();
        unwritten.put(id(), closed(), false);
        assert_eq!((unwritten.bytes(), unwritten.changes()), (bytes, 2));
        assert!(unwritten.sagas()[0].1.was_open);
    }

    #[test]
    fn what_is_written_is_given_away() {
        let mut unwritten = Unwritten::default();
        unwritten.put(id(), closed(), false);
        assert_eq!(unwritten.written().collect::<Vec<_>>(), [(id(), closed())]);
        assert_eq!((unwritten.bytes(), unwritten.changes()), (0, 0));
        assert_eq!(unwritten.saga(&id()), None);
    }
}
