//! Whatever is written, both twins answer every question alike, also after a restart.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::{Saga, SagaId, Sequence, Timer, TimerKind, Timestamp};
use palinode_store::{Change, ChangedSaga, SagaChange, Snapshotted, Store};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

use crate::{
    fixture::{closed, deadline, journal, open, timeout},
    twins::{Disk, Memory, Rocks, RocksAtOnce},
};

/// Few ids, so that changes meet.
const IDS: [(&str, &str); 6] = [
    ("a", "1"),
    ("a", "2"),
    ("a", "1\0"),
    ("a\0", ""),
    ("ab", "1"),
    ("b", "ä/%"),
];

/// Due times and steps.
type DueTimes = BTreeSet<(i64, u16)>;

#[derive(Clone, Debug)]
enum Action {
    Write {
        sagas: Vec<(usize, Next, DueTimes)>,
        position: Option<(u8, i64)>,
        journal: Option<i64>,
    },
    AskDue {
        now: i64,
        limit: usize,
    },
    AskNext,
    DrawLine,
    /// A checkpoint comes to so many sagas, after so many others.
    Snapshot(usize, usize),
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Open,
    Closed,
    CancelledEarly,
}

fn action() -> impl Strategy<Value = Action> {
    let next = prop_oneof![3 => Just(Next::Open), 1 => Just(Next::Closed), 1 => Just(Next::CancelledEarly)];
    let timers = proptest::collection::btree_set((-5..20i64, 0..3u16), 0..4);
    let sagas = vec((0..IDS.len(), next, timers), 0..5);
    let position = proptest::option::of((0..3u8, any::<i64>()));
    prop_oneof![
        6 => (sagas, position, proptest::option::of(0..100i64))
            .prop_map(|(sagas, position, journal)| Action::Write { sagas, position, journal }),
        2 => (-6..22i64, 0..6usize).prop_map(|(now, limit)| Action::AskDue { now, limit }),
        1 => Just(Action::AskNext),
        1 => Just(Action::DrawLine),
        2 => (0..3usize, 1..4usize).prop_map(|(skipped, count)| Action::Snapshot(skipped, count)),
        1 => Just(Action::Restart),
    ]
}

fn id(index: usize) -> SagaId {
    SagaId::new(IDS[index].0, IDS[index].1)
}

/// The timers that each saga has, so that changes remove what is there.
#[derive(Default)]
struct Timers {
    timers: BTreeMap<usize, Vec<Timer>>,
    open: BTreeSet<usize>,
}

impl Timers {
    fn change(&mut self, index: usize, sequence: u64, next: Next, timers: &BTreeSet<(i64, u16)>) -> SagaChange {
        let (id, old) = (id(index), self.timers.remove(&index).unwrap_or_default());
        let new: Vec<_> = match next {
            Next::Open => timers.iter().map(|(due, step)| timer(*due, *step)).collect(),
            Next::Closed | Next::CancelledEarly => Vec::new(),
        };
        let saga = match next {
            Next::Open => open(&id, sequence),
            Next::Closed => closed(sequence),
            Next::CancelledEarly => Saga::CancelledEarly {
                at: Timestamp(1),
                sequence: Sequence(sequence),
            },
        };
        let timers_removed = old.iter().filter(|timer| !new.contains(timer)).copied().collect();
        let timers_added = new.iter().filter(|timer| !old.contains(timer)).copied().collect();
        self.timers.insert(index, new);
        let was_open = self.open.remove(&index);
        if saga.open().is_some() {
            self.open.insert(index);
        }
        SagaChange {
            id,
            saga,
            was_open,
            timers_removed,
            timers_added,
        }
    }
}

fn timer(due: i64, step: u16) -> Timer {
    match timeout(due, step, 1).kind {
        TimerKind::Timeout { step, .. } if step.0 == 0 => deadline(due),
        kind => Timer {
            due: Timestamp(due),
            kind,
        },
    }
}

fn same_answers(left: &mut impl Store, right: &mut impl Store) -> Result<(), TestCaseError> {
    let ids: Vec<_> = (0..IDS.len()).map(id).collect();
    prop_assert_eq!(left.sagas(&ids).unwrap(), right.sagas(&ids).unwrap());
    prop_assert_eq!(left.checkpoint(), right.checkpoint());
    prop_assert_eq!(left.open_count(), right.open_count());
    for after in [None, Some(&ids[2]), Some(&ids[5])] {
        prop_assert_eq!(left.open_sagas(after, 3).unwrap(), right.open_sagas(after, 3).unwrap());
    }
    prop_assert_eq!(left.checkpoints(), right.checkpoints());
    prop_assert_eq!(left.is_new(), right.is_new());
    let changed = left.changed(None, 4).unwrap();
    prop_assert_eq!(&changed, &right.changed(None, 4).unwrap());
    if let Some(last) = changed.last() {
        prop_assert_eq!(
            left.changed(Some(last), 4).unwrap(),
            right.changed(Some(last), 4).unwrap()
        );
    }
    let all: Vec<_> = ids.into_iter().map(|id| ChangedSaga { line: 0, id }).collect();
    prop_assert_eq!(left.have_snapshots(&all).unwrap(), right.have_snapshots(&all).unwrap());
    Ok(())
}

/// A checkpoint comes to some of the changed sagas.
fn snapshot(store: &mut impl Store, skipped: usize, count: usize) {
    let changed = store.changed(None, skipped + count).unwrap();
    let ids: Vec<_> = changed.iter().map(|saga| saga.id.clone()).collect();
    let sagas = store.sagas(&ids).unwrap();
    let done = |saga: &Saga| match saga {
        Saga::Open(_) | Saga::Lock(_) => Snapshotted::OfItsOwn,
        Saga::Closed(_) => Snapshotted::InAList,
        Saga::CancelledEarly { .. } => Snapshotted::Buried,
    };
    let pairs = changed.into_iter().zip(sagas).skip(skipped);
    let settled: Vec<_> = pairs.map(|(changed, saga)| (changed, done(&saga.unwrap()))).collect();
    store.snapshotted(&settled).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(3),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_twins_give_the_same_answers(actions in vec(action(), 1..40)) {
        agree(&actions, &Rocks::default())?;
        agree(&actions, &RocksAtOnce::default())?;
    }
}

fn agree(actions: &[Action], rocks: &impl Disk) -> Result<(), TestCaseError> {
    let memory = Memory::default();
    let (mut left, mut right) = (memory.open(), rocks.open());
    let mut timers = Timers::default();
    for (sequence, action) in (1..).zip(actions.iter().cloned()) {
        match action {
            Action::Write {
                sagas,
                position,
                journal: offset,
            } => {
                let changes = sagas
                    .iter()
                    .map(|(index, next, due)| timers.change(*index, sequence, *next, due));
                let change = Change {
                    sagas: changes.collect(),
                    positions: position
                        .map(|(topic, at)| ((topic.to_string().into(), 0), at))
                        .into_iter()
                        .collect(),
                    journal: offset.map(journal),
                    clock: Timestamp(offset.unwrap_or(0)),
                    activations: Vec::new(),
                };
                left.write(change.clone()).unwrap();
                right.write(change).unwrap();
            }
            Action::AskDue { now, limit } => {
                let now = Timestamp(now);
                prop_assert_eq!(
                    left.due_timers(now, limit).unwrap(),
                    right.due_timers(now, limit).unwrap()
                );
            }
            Action::AskNext => prop_assert_eq!(left.next_due().unwrap(), right.next_due().unwrap()),
            Action::DrawLine => {
                left.draw_line(&"a".into()).unwrap();
                right.draw_line(&"a".into()).unwrap();
            }
            Action::Snapshot(skipped, count) => {
                snapshot(&mut left, skipped, count);
                snapshot(&mut right, skipped, count);
            }
            Action::Restart => {
                drop((left, right));
                (left, right) = (memory.open(), rocks.open());
            }
        }
        same_answers(&mut left, &mut right)?;
    }
    let all = Timestamp(i64::MAX);
    prop_assert_eq!(left.due_timers(all, 100).unwrap(), right.due_timers(all, 100).unwrap());
    Ok(())
}
