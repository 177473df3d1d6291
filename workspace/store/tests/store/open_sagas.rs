//! Open sagas are counted and listed in the order of their ids.

use palinode_core::SagaId;
use palinode_store::Store;

use crate::{
    fixture::{change, closed, id, known, open},
    twins::Disk,
};

for_both_twins!(
    a_saga_counts_from_its_start_to_its_end,
    open_sagas_come_in_pages,
    the_count_and_the_list_stay_over_a_restart,
    a_closed_saga_may_open_again,
    ids_stand_in_their_order,
);

fn write(store: &mut impl Store, key: &str, sequence: u64) {
    let change = known(store, change(&id(key), open(&id(key), sequence)));
    store.write(change).unwrap();
}

fn close(store: &mut impl Store, key: &str) {
    let change = known(store, change(&id(key), closed(9)));
    store.write(change).unwrap();
}

fn keys(store: &impl Store, after: Option<&str>, limit: usize) -> Vec<String> {
    let after = after.map(id);
    let found = store.open_sagas(after.as_ref(), limit).unwrap();
    found.into_iter().map(|(id, _)| id.key.to_string()).collect()
}

fn a_saga_counts_from_its_start_to_its_end(disk: &impl Disk) {
    let mut store = disk.open();
    assert_eq!(store.open_count(), 0);
    write(&mut store, "a", 1);
    write(&mut store, "a", 2);
    write(&mut store, "b", 1);
    assert_eq!(store.open_count(), 2);
    close(&mut store, "a");
    close(&mut store, "a");
    assert_eq!(store.open_count(), 1);
    assert_eq!(store.open_sagas(None, 10).unwrap(), [(id("b"), open(&id("b"), 1))]);
}

fn open_sagas_come_in_pages(disk: &impl Disk) {
    let mut store = disk.open();
    for key in ["d", "b", "a", "c", "bb"] {
        write(&mut store, key, 1);
    }
    assert_eq!(keys(&store, None, 2), ["a", "b"]);
    assert_eq!(keys(&store, Some("b"), 2), ["bb", "c"]);
    assert_eq!(keys(&store, Some("c"), 2), ["d"]);
    assert_eq!(keys(&store, Some("d"), 2), [""; 0]);
    assert_eq!(keys(&store, Some("aa"), 1), ["b"]);
    assert_eq!(keys(&store, None, 0), [""; 0]);
}

fn the_count_and_the_list_stay_over_a_restart(disk: &impl Disk) {
    let mut store = disk.open();
    for key in ["a", "b", "c"] {
        write(&mut store, key, 1);
    }
    close(&mut store, "b");
    drop(store);
    let mut store = disk.open();
    assert_eq!(store.open_count(), 2);
    assert_eq!(keys(&store, None, 10), ["a", "c"]);
    close(&mut store, "a");
    assert_eq!(store.open_count(), 1);
}

fn a_closed_saga_may_open_again(disk: &impl Disk) {
    let mut store = disk.open();
    write(&mut store, "a", 1);
    close(&mut store, "a");
    write(&mut store, "a", 10);
    assert_eq!(store.open_count(), 1);
    assert_eq!(store.open_sagas(None, 10).unwrap(), [(id("a"), open(&id("a"), 10))]);
}

fn ids_stand_in_their_order(disk: &impl Disk) {
    let mut ids: Vec<_> = [
        ("b", "a"),
        ("a", "z"),
        ("a", ""),
        ("a\0", "a"),
        ("ab", "\0"),
        ("a", "\u{1}"),
    ]
    .into_iter()
    .map(|(definition, key)| SagaId::new(definition, key))
    .collect();
    let mut store = disk.open();
    for id in &ids {
        store.write(change(id, open(id, 1))).unwrap();
    }
    ids.sort();
    let found: Vec<_> = store
        .open_sagas(None, 10)
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(found, ids);
}
