//! Backups of real stores in a folder.

#[cfg(feature = "s3")]
mod s3;
mod wrong;

use std::{
    fs,
    path::{Path, PathBuf},
    slice,
};

use palinode_core::{ClosedSaga, Outcome, Saga, SagaId, Sequence, Timestamp};
use palinode_store::{
    Change, JournalPosition, SagaChange, Store, Stores,
    rocks::{Place, RocksStore, RocksStores, Settings},
};
use tempfile::TempDir;

use super::{
    arguments::Selection,
    create::{self, Created},
    repository::{Repository, TaskBackups},
    restore, target, verify,
};

const TASK: i32 = 3;

/// A node's disk and a place for backups.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn repository(&self) -> Repository {
        target::open(self.folder.path().join("backups").to_str().unwrap(), true).unwrap()
    }

    fn place(&self) -> Place {
        Place::new(&self.data(), "shop", "node-1", TASK)
    }

    fn create(&self, keep: usize) -> Created {
        create::one(&self.repository(), &self.place(), keep).unwrap()
    }

    fn backups(&self) -> TaskBackups {
        let mut tasks = self.repository().tasks(&Selection::default()).unwrap();
        assert_eq!(tasks.len(), 1);
        tasks.remove(0)
    }

    /// The folder of the task's backups.
    fn kept(&self) -> PathBuf {
        self.folder.path().join(format!("backups/shop/node-1/task-{TASK}"))
    }

    fn manifest(&self, id: &str) -> PathBuf {
        self.kept().join(format!("backups/{id}.json"))
    }

    /// Another data folder.
    fn elsewhere(&self) -> PathBuf {
        self.folder.path().join("elsewhere")
    }

    fn stored_files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.kept().join("files"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }
}

fn settings(data: &Path, member: &str) -> Settings {
    Settings {
        data: data.to_owned(),
        cluster: "cluster-1".into(),
        application: "shop".into(),
        partitions: 12,
        member: member.into(),
        memory_bytes: 16 << 20,
    }
}

fn open(data: &Path, member: &str) -> RocksStore {
    let stores = RocksStores::new(settings(data, member));
    stores.with_unwritten_bytes_max(0).open(TASK).unwrap()
}

fn id(offset: i64) -> SagaId {
    SagaId::new("order-fulfilment", format!("order-{offset}"))
}

fn closed(offset: i64) -> Change {
    let (at, sequence) = (Timestamp(offset), Sequence(9));
    Change {
        sagas: vec![SagaChange {
            id: id(offset),
            saga: Saga::Closed(ClosedSaga {
                outcome: Outcome::Completed,
                at,
                version: 1,
                sequence,
                memory: None,
            }),
            was_open: false,
            timers_removed: Vec::new(),
            timers_added: Vec::new(),
        }],
        journal: Some(JournalPosition {
            offset,
            event_id: format!("event-{offset}").into(),
        }),
        clock: at,
        ..Change::default()
    }
}

/// Lets the store at `data` reflect the records of `offsets`, in tables and in its log.
fn work(data: &Path, offsets: std::ops::Range<i64>) {
    let mut store = open(data, "node-1");
    offsets.for_each(|offset| store.write(closed(offset)).unwrap());
}

#[test]
fn a_backup_is_verified_and_restored_to_the_same_state() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);

    let created = ground.create(7);

    assert_eq!(created.manifest.store.journal_offset, Some(59));
    let backups = ground.backups();
    let backup = &created.manifest.id;
    assert_eq!(verify::one(&backups, backup).unwrap(), created.manifest);
    let (_, place) = restore::one(&backups, backup, &ground.elsewhere(), Some("node-2")).unwrap();
    assert_eq!(place, Place::new(&ground.elsewhere(), "shop", "node-2", TASK));
    let store = open(&ground.elsewhere(), "node-2");
    assert_eq!(store.checkpoint().journal.as_ref().unwrap().offset, 59);
    assert!((0..60).all(|offset| store.saga(&id(offset)).unwrap().is_some()));
    assert!(
        !ground.place().path().with_extension("backup").exists(),
        "the copy is gone"
    );
}

#[test]
fn a_store_that_is_in_use_is_backed_up() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    let mut store = open(&ground.data(), "node-1");
    (50..60).for_each(|offset| store.write(closed(offset)).unwrap());

    let created = ground.create(7);

    // The last change may wait in memory.
    assert!(created.manifest.store.journal_offset >= Some(58), "{created:?}");
    verify::one(&ground.backups(), &created.manifest.id).unwrap();
    store.write(closed(60)).unwrap();
}

#[test]
fn what_is_there_is_not_sent_again() {
    let ground = Ground::new();
    work(&ground.data(), 0..2_000);
    work(&ground.data(), 2_000..2_010);
    let first = ground.create(7);
    assert_eq!(first.sent, first.manifest.bytes());

    let same = ground.create(7);
    assert_eq!(same.sent, 0);
    work(&ground.data(), 2_010..2_020);
    let next = ground.create(7);

    assert!(
        next.sent > 0 && next.sent < first.sent / 2,
        "{} of {}",
        next.sent,
        first.sent
    );
    let backups = ground.backups();
    for created in [first, same, next] {
        verify::one(&backups, &created.manifest.id).unwrap();
    }
}

#[test]
fn old_backups_go_and_the_files_that_others_share_stay() {
    let ground = Ground::new();
    for round in 0..5 {
        work(&ground.data(), round * 10..round * 10 + 10);
        ground.create(2);
    }

    let backups = ground.backups();
    let ids = backups.ids().unwrap();
    let left: Vec<_> = ids.iter().map(|id| backups.manifest(id).unwrap()).collect();
    let offsets: Vec<_> = left.iter().map(|manifest| manifest.store.journal_offset).collect();
    assert_eq!(offsets, [Some(39), Some(49)]);
    for id in &ids {
        verify::one(&backups, id).unwrap();
    }
    let mut used: Vec<&str> = left
        .iter()
        .flat_map(|manifest| &manifest.files)
        .map(|file| &*file.sha256)
        .collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(ground.stored_files().len(), used.len(), "no other file is left");
}

#[test]
fn a_table_that_is_only_just_written_or_left_over_is_not_sent() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);
    fs::write(ground.place().path().join("999999.sst"), "half a table").unwrap();

    let manifest = ground.create(7).manifest;

    let names: Vec<&str> = manifest.files.iter().map(|file| &*file.name).collect();
    assert!(!names.contains(&"999999.sst"), "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(".sst")), "{names:?}");
    verify::one(&ground.backups(), &manifest.id).unwrap();
}

#[test]
fn what_a_killed_backup_leaves_is_no_backup_and_goes_with_the_next_one() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let files = ground.kept().join("files");
    fs::create_dir_all(&files).unwrap();
    fs::create_dir_all(ground.kept().join("backups")).unwrap();
    fs::write(files.join("0".repeat(64)), "a whole file").unwrap();
    fs::write(files.join(format!("{}.draft", "1".repeat(64))), "half").unwrap();
    let draft = ground.manifest("20200101T000000.000Z").with_extension("json.draft");
    fs::write(&draft, "{").unwrap();
    assert_eq!(ground.backups().ids().unwrap(), Vec::<String>::new());

    let manifest = ground.create(7).manifest;

    assert_eq!(ground.backups().ids().unwrap(), slice::from_ref(&manifest.id));
    assert_eq!(ground.stored_files().len(), manifest.files.len());
    assert!(!draft.exists());
    verify::one(&ground.backups(), &manifest.id).unwrap();
}

#[test]
fn the_newest_backup_is_the_last_one_also_when_the_clock_was_set_back() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let mut early = ground.create(1).manifest;
    let from = ground.manifest(&early.id);
    early.id = "20991231T235959.999Z".into();
    fs::write(ground.manifest(&early.id), serde_json::to_vec(&early).unwrap()).unwrap();
    fs::remove_file(from).unwrap();
    work(&ground.data(), 5..10);

    let late = ground.create(1).manifest;

    assert_eq!(ground.backups().ids().unwrap(), slice::from_ref(&late.id));
    let kept = verify::one(&ground.backups(), &late.id).unwrap();
    assert_eq!(kept.store.journal_offset, Some(9));
}

#[test]
fn tasks_are_chosen_by_application_member_and_number() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    ground.create(7);
    let chosen = |application: Option<&str>, member: Option<&str>, tasks: &[i32]| Selection {
        application: application.map(Into::into),
        member: member.map(Into::into),
        tasks: tasks.to_vec(),
    };
    for (selection, expected) in [
        (chosen(None, None, &[]), 1),
        (chosen(Some("shop"), Some("node-1"), &[TASK, 7]), 1),
        (chosen(Some("bank"), None, &[]), 0),
        (chosen(None, Some("node-2"), &[]), 0),
        (chosen(None, None, &[7]), 0),
    ] {
        let kept = ground.repository().tasks(&selection).unwrap();
        assert_eq!(kept.len(), expected, "{selection:?}");
        let places = create::places(&ground.data(), &selection).unwrap();
        assert_eq!(places.len(), expected, "{selection:?}");
    }
}
