//! The parts of a table: each of them is found when it is damaged, also when that is long after the open.

use std::{fs, path::Path};

use palinode_core::SagaId;
use palinode_store::{Store, Stores, rocks::RocksStore};

use super::{
    deeds::{copy, flip_at, table},
    judge::{CHANGES, Found, judge, written},
};
use crate::{
    fixture::{id, started_at},
    twins::{Disk, Rocks, TASK},
};

/// The length of a table's footer.
const FOOTER_BYTES: u64 = 53;

/// Where a table's index begins, as the list of its parts says.
fn index(table: &Path) -> u64 {
    const NAME: &[u8] = b"rocksdb.index";
    let bytes = fs::read(table).unwrap();
    let name = bytes
        .windows(NAME.len())
        .rposition(|window| window == NAME)
        .expect("it names its index");
    let mut at = 0;
    for (place, byte) in bytes[name + NAME.len()..].iter().enumerate() {
        at |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    assert!(at > 0 && at < bytes.len() as u64, "{at}");
    at
}

#[test]
fn a_flipped_bit_in_each_part_is_found() {
    type Place = fn(&Path) -> u64;
    let rows: [(&str, &str, Place, Found); 7] = [
        ("the first block of the state", "default", |_| 20, Found::AtOpen),
        (
            "a block of the state that has only sagas",
            "default",
            |table| index(table) / 2,
            Found::WhenRead,
        ),
        (
            "the index of the state",
            "default",
            |table| index(table) + 3,
            Found::AtOpen,
        ),
        (
            "the footer of the state",
            "default",
            |table| fs::metadata(table).unwrap().len() - 5,
            Found::AtOpen,
        ),
        ("the first block of the indexes", "indexes", |_| 20, Found::WhenRead),
        (
            "the index of the indexes",
            "indexes",
            |table| index(table) + 3,
            Found::AtOpen,
        ),
        (
            "the first byte of the footer of the indexes",
            "indexes",
            |table| fs::metadata(table).unwrap().len() - FOOTER_BYTES,
            Found::AtOpen,
        ),
    ];
    let sound = written();
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(name, family, place, expected)| {
            let disk = copy(&sound);
            let table = table(&disk, family);
            flip_at(&table, place(&table));
            let found = judge(&disk);
            (found != expected).then(|| format!("{name}: {found:?} and not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// KAFKA-21034: a store that opens and fails on the same place each time, without end.
#[test]
fn damage_that_a_look_up_meets_ends_the_store_for_good() {
    let (disk, mut store, damaged) = opened_with_a_damaged_block();

    let error = store.saga(&damaged).unwrap_err();

    assert!(error.is_rebuildable(), "{error:?}");
    assert!(store.write(started_at(CHANGES)).unwrap_err().is_rebuildable());
    assert!(store.next_due().unwrap_err().is_rebuildable());
    drop(store);
    let again = disk.stores().open(TASK).expect_err("whoever opens it next is told");
    assert_eq!(again.to_string(), error.to_string());
}

#[test]
fn damage_that_a_scan_meets_ends_the_store_for_good() {
    let (disk, store, _) = opened_with_a_damaged_block();
    assert!(store.open_sagas(None, 1_000).unwrap_err().is_rebuildable());
    drop(store);
    assert!(disk.stores().open(TASK).err().unwrap().is_rebuildable());
}

#[test]
fn what_is_not_damaged_may_be_read_until_the_damage_is_met() {
    let (disk, store, _) = opened_with_a_damaged_block();
    assert!(store.saga(&id("order-0000")).unwrap().is_some());
    drop(store);
    assert!(disk.stores().open(TASK).is_ok());
}

/// An open store, and a saga that it cannot read: its block was damaged before anybody looked at it.
fn opened_with_a_damaged_block() -> (Rocks, RocksStore, SagaId) {
    let disk = written();
    let table = table(&disk, "default");
    flip_at(&table, index(&table) / 2);
    let probe = copy(&disk).open();
    let mut ids = (0..CHANGES).map(|offset| id(&format!("order-{offset:04}")));
    let damaged = ids
        .find(|id| probe.saga(id).is_err())
        .expect("a saga in the damaged block");
    let store = disk.open();
    (disk, store, damaged)
}
