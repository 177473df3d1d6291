//! Backups of real stores in a folder.

use std::{fs, path::Path};

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

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn repository(&self) -> Repository {
        target::open(self.folder.path().join("backups").to_str().unwrap(), true).unwrap()
    }

    fn place(&self) -> Place {
        Place::new(&self.data(), "shop", "node-1", TASK)
    }

    async fn create(&self, keep: usize) -> Created {
        create::one(&self.repository(), &self.place(), keep).await.unwrap()
    }

    async fn backups(&self) -> TaskBackups {
        let mut tasks = self.repository().tasks(&Selection::default()).await.unwrap();
        assert_eq!(tasks.len(), 1);
        tasks.remove(0)
    }

    fn stored_files(&self) -> Vec<std::path::PathBuf> {
        let files = self
            .folder
            .path()
            .join(format!("backups/shop/node-1/task-{TASK}/files"));
        fs::read_dir(files)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }
}

fn open(data: &Path, member: &str) -> RocksStore {
    let stores = RocksStores::new(Settings {
        data: data.to_owned(),
        cluster: "cluster-1".into(),
        application: "shop".into(),
        partitions: 12,
        member: member.into(),
        memory_bytes: 16 << 20,
    });
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

#[tokio::test]
async fn a_backup_is_verified_and_restored_to_the_same_state() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);

    let created = ground.create(7).await;

    assert_eq!(created.manifest.store.journal_offset, Some(59));
    let backups = ground.backups().await;
    verify::one(&backups, &created.manifest).await.unwrap();
    let elsewhere = ground.folder.path().join("elsewhere");
    let place = restore::place(&elsewhere, &created.manifest, Some("node-2"));
    restore::one(&backups, &created.manifest, &place).await.unwrap();
    let store = open(&elsewhere, "node-2");
    assert_eq!(store.checkpoint().journal.as_ref().unwrap().offset, 59);
    assert!((0..60).all(|offset| store.saga(&id(offset)).unwrap().is_some()));
    assert!(
        !ground.place().path().with_extension("backup").exists(),
        "the copy is gone"
    );
}

#[tokio::test]
async fn a_store_that_is_in_use_is_backed_up() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    let mut store = open(&ground.data(), "node-1");
    (50..60).for_each(|offset| store.write(closed(offset)).unwrap());

    let created = ground.create(7).await;

    // The last change may wait in memory.
    assert!(created.manifest.store.journal_offset >= Some(58), "{created:?}");
    verify::one(&ground.backups().await, &created.manifest).await.unwrap();
    store.write(closed(60)).unwrap();
}

#[tokio::test]
async fn what_is_there_is_not_sent_again() {
    let ground = Ground::new();
    work(&ground.data(), 0..2_000);
    work(&ground.data(), 2_000..2_010);
    let first = ground.create(7).await;
    assert_eq!(first.sent, first.manifest.bytes());

    let same = ground.create(7).await;
    assert_eq!(same.sent, 0);
    work(&ground.data(), 2_010..2_020);
    let next = ground.create(7).await;

    assert!(
        next.sent > 0 && next.sent < first.sent / 2,
        "{} of {}",
        next.sent,
        first.sent
    );
    let backups = ground.backups().await;
    for created in [first, same, next] {
        verify::one(&backups, &created.manifest).await.unwrap();
    }
}

#[tokio::test]
async fn old_backups_go_and_the_files_that_others_share_stay() {
    let ground = Ground::new();
    for round in 0..5 {
        work(&ground.data(), round * 10..round * 10 + 10);
        ground.create(2).await;
    }

    let backups = ground.backups().await;
    let left = backups.manifests().await.unwrap();
    let offsets: Vec<_> = left.iter().map(|manifest| manifest.store.journal_offset).collect();
    assert_eq!(offsets, [Some(39), Some(49)]);
    for manifest in &left {
        verify::one(&backups, manifest).await.unwrap();
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

#[tokio::test]
async fn every_damaged_or_lost_file_of_a_backup_is_found() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);
    let manifest = ground.create(7).await.manifest;
    let backups = ground.backups().await;
    for file in ground.stored_files() {
        let sound = fs::read(&file).unwrap();
        let mut flipped = sound.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        fs::write(&file, flipped).unwrap();
        let error = verify::one(&backups, &manifest).await.unwrap_err();
        assert!(error.to_string().contains("is not what was written"), "{error:#}");
        let place = restore::place(&ground.folder.path().join("elsewhere"), &manifest, None);
        assert!(restore::one(&backups, &manifest, &place).await.is_err());
        assert!(!place.path().exists() && !place.path().with_extension("restore").exists());
        fs::remove_file(&file).unwrap();
        assert!(verify::one(&backups, &manifest).await.is_err());
        fs::write(&file, sound).unwrap();
    }
    verify::one(&backups, &manifest).await.unwrap();
}

#[tokio::test]
async fn a_store_that_is_there_is_not_overwritten() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let manifest = ground.create(7).await.manifest;
    work(&ground.data(), 5..10);
    let place = restore::place(&ground.data(), &manifest, None);
    let backups = ground.backups().await;

    let error = restore::one(&backups, &manifest, &place).await.unwrap_err();
    assert!(error.to_string().contains("nothing is overwritten"), "{error:#}");
    let store = open(&ground.data(), "node-1");
    let error = restore::one(&backups, &manifest, &place).await.unwrap_err();

    assert!(error.to_string().contains("is in use by another process"), "{error:#}");
    assert_eq!(store.checkpoint().journal.as_ref().unwrap().offset, 9);
}

#[tokio::test]
async fn a_store_that_is_known_to_be_damaged_is_not_backed_up() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    fs::write(ground.place().path().join("reason.txt"), "a flipped bit\n").unwrap();

    let error = create::one(&ground.repository(), &ground.place(), 7).await.unwrap_err();

    assert!(error.to_string().contains("is damaged: a flipped bit"), "{error:#}");
}

#[tokio::test]
async fn tasks_are_chosen_by_application_member_and_number() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    ground.create(7).await;
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
        assert_eq!(
            ground.repository().tasks(&selection).await.unwrap().len(),
            expected,
            "{selection:?}"
        );
        assert_eq!(
            create::places(&ground.data(), &selection).unwrap().len(),
            expected,
            "{selection:?}"
        );
    }
}
