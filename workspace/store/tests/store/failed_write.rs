//! A write that fails changes nothing that the store knows.

use std::{env, path::PathBuf, process::Command};

use palinode_core::{SagaId, Timestamp};
use palinode_store::{
    Change, Error, Store, Stores,
    rocks::{RocksStores, Settings},
};

use crate::{
    fixture::{deadline, id, open, started_at, timers},
    twins::{Disk, Memory, Rocks, TASK},
};

/// Set for the process that fills its disk; the data folder.
const FULL_DISK: &str = "PALINODE_TEST_FULL_DISK";

fn earliest(key: &str) -> Change {
    timers(&id(key), open(&id(key), 1), &[], &[deadline(1)])
}

/// Everything that a store knows without its disk.
fn known(store: &mut impl Store) -> (palinode_store::Checkpoint, u64, Option<Timestamp>) {
    (
        store.checkpoint().clone(),
        store.open_count(),
        store.next_due().unwrap(),
    )
}

#[test]
fn in_memory_nothing_is_written_and_the_next_write_succeeds() {
    let disk = Memory::default();
    let mut store = disk.open();
    store.write(started_at(1)).unwrap();
    let before = known(&mut store);
    for fail in [
        |disk: &Memory, _: &_| disk.0.fail_next_write(TASK),
        |_: &_, store: &_| fail_in(store),
    ] {
        fail(&disk, &store);
        let error = store.write(earliest("a")).unwrap_err();
        assert!(matches!(error, Error::Disk { .. }), "{error:?}");
        assert_eq!(known(&mut store), before);
        assert_eq!(store.saga(&id("a")).unwrap(), None);
    }
    store.write(earliest("a")).unwrap();
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(1)));
}

fn fail_in(store: &palinode_store::memory::MemoryStore) {
    store.fail_next_write();
}

/// The test runs itself once more in a process whose files may not grow above 64 KiB, which is how a full disk looks.
#[test]
fn on_a_full_disk_nothing_is_known_to_be_written_and_a_new_open_goes_on() {
    if let Some(data) = env::var_os(FULL_DISK) {
        return fill(data.into());
    }
    let disk = Rocks::default();
    disk.open();
    let test = "failed_write::on_a_full_disk_nothing_is_known_to_be_written_and_a_new_open_goes_on";
    let limited = r#"trap "" XFSZ; ulimit -f 128; exec "$0" "$@""#;
    let mut child = Command::new("sh");
    child
        .args(["-c", limited])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"]);
    let output = child.env(FULL_DISK, disk.0.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let mut store = disk.open();
    let reflected = store.checkpoint().journal.as_ref().unwrap().offset;
    assert!(reflected > 10, "{reflected}");
    let sagas = store.open_sagas(None, usize::MAX).unwrap();
    assert_eq!(
        (sagas.len() as u64, store.open_count()),
        (reflected.unsigned_abs() + 1, reflected.unsigned_abs() + 1)
    );
    store.write(started_at(reflected + 1)).unwrap();
}

fn fill(data: PathBuf) {
    let settings = Settings {
        data,
        ..Rocks::default().settings()
    };
    let mut store = RocksStores::new(settings)
        .with_unwritten_bytes_max(0)
        .open(TASK)
        .unwrap();
    for offset in 0..10_000 {
        let before = known(&mut store);
        let Err(error) = store.write(started_at(offset)) else {
            continue;
        };
        assert!(matches!(error, Error::Disk { .. }), "{error:?}");
        assert_eq!(known(&mut store), before);
        let missed: Vec<SagaId> = started_at(offset).sagas.into_iter().map(|saga| saga.id).collect();
        assert_eq!(store.sagas(&missed).unwrap(), [None]);
        return;
    }
    panic!("the disk never filled");
}
