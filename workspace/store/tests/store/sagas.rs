//! What was written last is what is read.

use palinode_core::{Saga, SagaId, Sequence, Timestamp};
use palinode_store::{Change, Store};

use crate::{
    fixture::{change, closed, id, known, open},
    twins::Disk,
};

for_both_twins!(
    an_unknown_saga_is_none,
    the_last_state_is_read,
    every_kind_of_saga_is_kept_over_a_restart,
    several_sagas_come_in_the_order_asked_for,
    ids_that_look_alike_are_kept_apart,
    of_two_states_in_one_change_the_last_counts,
);

fn an_unknown_saga_is_none(disk: &impl Disk) {
    assert_eq!(disk.open().saga(&id("a")).unwrap(), None);
}

fn the_last_state_is_read(disk: &impl Disk) {
    let mut store = disk.open();
    store.write(change(&id("a"), open(&id("a"), 1))).unwrap();
    let second = known(&store, change(&id("a"), open(&id("a"), 2)));
    store.write(second).unwrap();
    assert_eq!(store.saga(&id("a")).unwrap(), Some(open(&id("a"), 2)));
}

fn every_kind_of_saga_is_kept_over_a_restart(disk: &impl Disk) {
    let early = Saga::CancelledEarly {
        at: Timestamp(-5),
        sequence: Sequence(1),
    };
    let sagas = [(id("a"), open(&id("a"), 1)), (id("b"), closed(9)), (id("c"), early)];
    let mut store = disk.open();
    for (id, saga) in &sagas {
        store.write(change(id, saga.clone())).unwrap();
    }
    drop(store);
    let store = disk.open();
    for (id, saga) in sagas {
        assert_eq!(store.saga(&id).unwrap(), Some(saga));
    }
}

fn several_sagas_come_in_the_order_asked_for(disk: &impl Disk) {
    let mut store = disk.open();
    store.write(change(&id("a"), closed(1))).unwrap();
    store.write(change(&id("b"), closed(2))).unwrap();
    let found = store.sagas(&[id("b"), id("unknown"), id("a"), id("b")]).unwrap();
    assert_eq!(found, [Some(closed(2)), None, Some(closed(1)), Some(closed(2))]);
    assert_eq!(store.sagas(&[]).unwrap(), []);
}

fn ids_that_look_alike_are_kept_apart(disk: &impl Disk) {
    let ids: Vec<_> = [
        ("a", "b/c"),
        ("a/b", "c"),
        ("a", ""),
        ("", "a"),
        ("a", "\0"),
        ("a\0", ""),
        ("a\0\0", ""),
    ]
    .into_iter()
    .map(|(definition, key)| SagaId::new(definition, key))
    .collect();
    let mut store = disk.open();
    for (id, sequence) in ids.iter().zip(1..) {
        store.write(change(id, closed(sequence))).unwrap();
    }
    let expected: Vec<_> = (1..=ids.len() as u64).map(|sequence| Some(closed(sequence))).collect();
    assert_eq!(store.sagas(&ids).unwrap(), expected);
}

fn of_two_states_in_one_change_the_last_counts(disk: &impl Disk) {
    let mut both = change(&id("a"), open(&id("a"), 1));
    both.sagas.extend(change(&id("a"), closed(2)).sagas);
    both.sagas[1].was_open = true;
    let mut store = disk.open();
    store
        .write(Change {
            sagas: both.sagas,
            ..Change::default()
        })
        .unwrap();
    assert_eq!(store.saga(&id("a")).unwrap(), Some(closed(2)));
    assert_eq!(store.open_count(), 0);
    assert_eq!(store.open_sagas(None, 10).unwrap(), []);
}
