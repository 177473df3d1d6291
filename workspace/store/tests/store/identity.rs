//! A folder is opened only by those whose state it holds.

use std::fs;

use palinode_store::{
    Error, Store, Stores,
    rocks::{RocksStores, Settings},
};

use crate::{
    fixture::started_at,
    twins::{Disk, Rocks, TASK},
};

fn written() -> Rocks {
    let disk = Rocks::default();
    disk.open().write(started_at(1)).unwrap();
    disk
}

fn rewrite(disk: &Rocks, from: &str, to: &str) {
    let file = disk.folder().join("identity.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

fn open(settings: Settings) -> Error {
    RocksStores::new(settings).open(TASK).err().unwrap()
}

#[test]
fn another_cluster_or_number_of_partitions_is_foreign() {
    let disk = written();
    let settings = disk.settings();
    let error = open(Settings {
        cluster: "cluster-2".into(),
        partitions: 24,
        ..settings
    });
    assert!(
        matches!(error, Error::Foreign { .. }) && !error.is_rebuildable(),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("the cluster there is cluster-1, ours is cluster-2"),
        "{text}"
    );
    assert!(
        text.contains("the number of partitions there is 12, ours is 24"),
        "{text}"
    );
    assert_eq!(disk.open().open_count(), 1, "nothing was changed");
}

#[test]
fn a_folder_that_was_moved_to_another_task_or_application_is_foreign() {
    let disk = written();
    fs::rename(disk.folder(), disk.member().join("task-4")).unwrap();
    let error = disk.stores().open(4).err().unwrap();
    assert!(error.to_string().contains("the task there is 3, ours is 4"), "{error}");

    let other = disk.0.path().join("bank");
    fs::rename(disk.0.path().join("shop"), other).unwrap();
    let stores = RocksStores::new(Settings {
        application: "bank".into(),
        ..disk.settings()
    });
    let error = stores.open(4).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("the application there is shop, ours is bank"),
        "{error}"
    );
}

#[test]
fn another_format_is_rebuilt() {
    let disk = written();
    rewrite(&disk, "\"format\": 7", "\"format\": 200");
    let error = open(disk.settings());
    assert!(
        error.is_rebuildable() && error.to_string().contains("it has the format 200"),
        "{error:?}"
    );
}

#[test]
fn what_is_foreign_is_never_rebuilt_whatever_its_format() {
    let disk = written();
    rewrite(&disk, "\"format\": 7", "\"format\": 200");
    let error = open(Settings {
        cluster: "cluster-2".into(),
        ..disk.settings()
    });
    assert!(matches!(error, Error::Foreign { .. }), "{error:?}");
}

#[test]
fn a_torn_or_missing_identity_is_rebuilt() {
    let disk = written();
    rewrite(&disk, "}", "");
    let error = open(disk.settings());
    assert!(
        error.is_rebuildable() && error.to_string().contains("identity.json cannot be read"),
        "{error:?}"
    );
    fs::remove_file(disk.folder().join("identity.json")).unwrap();
    let error = open(disk.settings());
    assert!(
        error.is_rebuildable() && error.to_string().contains("has no file identity.json"),
        "{error:?}"
    );
}

#[test]
fn the_journal_is_named_in_the_file_and_stays_over_a_restart() {
    let disk = written();
    let file = || fs::read_to_string(disk.folder().join("identity.json")).unwrap();
    assert!(!file().contains("journal"), "{}", file());
    disk.open().set_journal_id("one-1").unwrap();
    assert!(file().contains("\"journal\": \"one-1\""), "{}", file());
    let store = disk.open();
    assert_eq!((store.journal_id(), store.open_count()), (Some("one-1"), 1));
}

#[test]
fn a_journal_that_cannot_be_named_is_not_taken_for_known() {
    let disk = written();
    let mut store = disk.open();
    store.set_journal_id("one-1").unwrap();
    fs::create_dir(disk.folder().join("identity.json.draft")).unwrap();
    let error = store.set_journal_id("two-2").unwrap_err();
    assert!(error.is_retriable(), "{error:?}");
    assert_eq!(store.journal_id(), Some("one-1"));
    drop(store);
    assert_eq!(disk.open().journal_id(), Some("one-1"));
}

#[test]
fn members_and_applications_share_a_data_folder_without_sharing_state() {
    let disk = written();
    for settings in [
        Settings {
            member: "../node-1".into(),
            ..disk.settings()
        },
        Settings {
            member: "node-2".into(),
            ..disk.settings()
        },
        Settings {
            application: "bank".into(),
            ..disk.settings()
        },
    ] {
        assert_eq!(RocksStores::new(settings).open(TASK).unwrap().open_count(), 0);
    }
}
