//! A copy of a store, also while it is written to, is the store after some whole change.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use bytes::Bytes;
use palinode_core::{Payload, Saga, SchemaId};
use palinode_store::{
    Change, Store, Stores,
    rocks::{Place, Restoring, StoreCopy, inspect},
};

use crate::{
    fixture::{id, journal, started_at, state},
    twins::{Disk, Rocks, RocksAtOnce, TASK},
};

/// How many copies are made of a store that changes.
const COPIES: usize = 12;

/// How long the writer waits after each change, so that the test's disk is not filled.
const PACE: Duration = Duration::from_millis(3);

/// The payload of each saga: some dozens of them fill a write buffer, and a table.
const PAYLOAD_BYTES: usize = 128 * 1024;

fn place(disk: &Rocks) -> Place {
    Place::new(disk.0.path(), "shop", "node-1", TASK)
}

fn large(offset: i64) -> Change {
    let id = id(&format!("order-{offset:04}"));
    let mut large = state(&id, 1);
    large.start = Payload {
        schema: SchemaId(7),
        bytes: Bytes::from(vec![u8::try_from(offset % 251).unwrap(); PAYLOAD_BYTES]),
    };
    let mut change = started_at(offset);
    change.sagas[0].saga = Saga::Open(Box::new(large));
    change
}

/// Ends the writer, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_copy_of_a_store_that_is_written_to_is_whole() {
    let disk = RocksAtOnce::default();
    let mut store = disk.open();
    (0..10).for_each(|offset| store.write(large(offset)).unwrap());
    let is_over = AtomicBool::new(false);
    let mut reflected = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut store = store;
            for offset in (10..).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                store.write(large(offset)).unwrap();
                thread::sleep(PACE);
            }
        });
        let over = Over(&is_over);
        let copies = (0..COPIES).map(|_| {
            let copy = StoreCopy::make(&place(&disk.0)).unwrap();
            let contents = inspect(copy.path(), true).unwrap();
            let offset = contents.journal.unwrap().offset;
            assert_eq!(contents.open_sagas, offset.unsigned_abs() + 1);
            let files = copy.files();
            let tables = contents.tables.iter().map(|table| copy.path().join(table));
            for table in tables {
                assert!(files.contains(&table), "{} is missing", table.display());
            }
            offset
        });
        let copies: Vec<i64> = copies.collect();
        drop(over);
        writer.join().unwrap();
        copies
    });
    assert!(reflected.is_sorted(), "{reflected:?}");
    reflected.dedup();
    assert!(reflected.len() > 2, "it was not written to: {reflected:?}");
    let left = fs::read_dir(disk.0.member())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left
        .filter(|name| name.to_string_lossy().ends_with(".backup"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_copy_shares_the_tables_and_goes_without_them() {
    let disk = Rocks::default();
    for offset in 0..3 {
        disk.open().write(started_at(offset)).unwrap();
    }
    let copy = StoreCopy::make(&place(&disk)).unwrap();
    let tables = |folder: &std::path::Path| {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|extension| extension == "sst"))
            .count()
    };
    assert!(tables(copy.path()) > 1);
    assert!(
        StoreCopy::make(&place(&disk))
            .unwrap_err()
            .to_string()
            .contains("another copy")
    );
    drop(copy);
    assert_eq!(disk.open().open_count(), 3);
}

#[test]
fn an_older_copy_goes_on_as_a_store_of_its_own() {
    let disk = Rocks::default();
    disk.open().write(started_at(0)).unwrap();
    let copy = StoreCopy::make(&place(&disk)).unwrap();
    disk.open().write(started_at(1)).unwrap();
    let other = Rocks::default();

    let restoring = Restoring::begin(&place(&other)).unwrap();
    for file in fs::read_dir(copy.path()).unwrap().map(|entry| entry.unwrap()) {
        fs::copy(file.path(), restoring.path().join(file.file_name())).unwrap();
    }
    assert_eq!(restoring.contents().unwrap().journal, Some(journal(0)));
    restoring.finish().unwrap();

    let mut store = other.open();
    assert_eq!(store.checkpoint().journal, Some(journal(0)));
    store.write(started_at(1)).unwrap();
    assert_eq!(store.checkpoint(), disk.open().checkpoint());
}

#[test]
fn nothing_is_put_where_a_store_is_and_what_is_half_put_together_goes() {
    let disk = Rocks::default();
    disk.open().write(started_at(0)).unwrap();
    let error = Restoring::begin(&place(&disk)).unwrap_err();
    assert!(error.to_string().contains("nothing is overwritten"), "{error}");
    let other = Rocks::default();
    let restoring = Restoring::begin(&place(&other)).unwrap();
    fs::write(restoring.path().join("CURRENT"), "half").unwrap();
    assert!(restoring.contents().is_err());
    drop(restoring);
    assert_eq!(other.open().open_count(), 0);
}

#[test]
fn the_places_of_all_tasks_are_found_and_nothing_else() {
    let disk = Rocks::default();
    let stores = disk.stores();
    for task in [11, 2] {
        stores.open(task).unwrap();
    }
    stores.set_aside(2, "a test").unwrap();
    stores.open(2).unwrap();
    fs::write(disk.0.path().join("a-file"), "").unwrap();
    let found = Place::all(disk.0.path()).unwrap();
    let expected = [2, 11].map(|task| Place::new(disk.0.path(), "shop", "node-1", task));
    assert_eq!(found, expected);
}
