//! A log of several files: one that is full is needed for as long as one family has not made tables of it.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use palinode_core::{Payload, Saga, SchemaId};
use palinode_store::{
    Change, Store, Stores,
    rocks::{Place, RocksStores, Settings, StoreCopy, inspect},
};

use super::deeds;
use crate::{
    fixture::{deadline, id, journal, state, timers},
    twins::{Disk, Rocks, TASK},
};

/// One MiB a saga: some twenty fill a write buffer of the state, and none of the indexes.
const CHANGES: i64 = 24;

fn large(offset: i64) -> Change {
    let id = id(&format!("order-{offset:04}"));
    let mut large = state(&id, 1);
    large.start = Payload {
        schema: SchemaId(7),
        // Nothing that compresses well.
        bytes: (0..1 << 20u32)
            .map(|byte: u32| (byte.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect::<Bytes>(),
    };
    Change {
        journal: Some(journal(offset)),
        ..timers(&id, Saga::Open(Box::new(large)), &[], &[deadline(5_000 + offset)])
    }
}

/// What is left at a moment of a store whose state has a table of what the indexes have in the log alone.
fn with_a_table_of_the_state_only() -> Rocks {
    let disk = Rocks::default();
    // With less, RocksDB would make tables of what has waited longest, too.
    let stores = RocksStores::new(Settings {
        memory_bytes: 256 << 20,
        ..disk.settings()
    });
    let mut store = stores.with_unwritten_bytes_max(0).open(TASK).unwrap();
    (0..CHANGES).for_each(|offset| store.write(large(offset)).unwrap());
    let give_up = Instant::now() + Duration::from_secs(20);
    let place = Place::new(disk.0.path(), "shop", "node-1", TASK);
    let copy = || StoreCopy::make(&place).unwrap();
    // A table counts when the list has it.
    while inspect(copy().path(), false).unwrap().tables.is_empty() {
        assert!(Instant::now() < give_up, "RocksDB made no table");
        thread::sleep(Duration::from_millis(5));
    }
    store.write(large(CHANGES)).unwrap();
    store.write(large(CHANGES + 1)).unwrap();
    deeds::copy_of(copy().path(), Rocks::default())
}

fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

fn oldest_log(disk: &Rocks) -> PathBuf {
    let mut logs = deeds::files(disk);
    logs.retain(|file| is(file, "log"));
    assert!(logs.len() > 1, "{logs:?}");
    logs.remove(0)
}

#[test]
fn an_older_file_of_the_log_that_is_lost_or_cut_is_no_gap_that_nobody_sees() {
    let sound = with_a_table_of_the_state_only();
    let open = sound.open().open_count();
    assert!(open > 16, "{open}");
    type Deed = fn(&Path);
    let rows: [(&str, Deed); 4] = [
        ("lost", |log| fs::remove_file(log).unwrap()),
        ("empty", |log| deeds::cut(log, 0)),
        ("cut", |log| deeds::cut(log, 50)),
        ("flipped", |log| deeds::flip(log, 50)),
    ];
    let fresh = with_a_table_of_the_state_only();
    for (name, deed) in rows {
        let disk = deeds::copy_of(&fresh.folder(), Rocks::default());
        deed(&oldest_log(&disk));
        let error = disk
            .stores()
            .open(TASK)
            .err()
            .unwrap_or_else(|| panic!("{name}: it opens"));
        assert!(error.is_rebuildable(), "{name}: {error:?}");
    }
}
