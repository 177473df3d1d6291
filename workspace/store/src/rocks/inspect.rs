//! What a folder holds. Nothing that is in it changes; RocksDB leaves a log of its own there.

use std::{collections::BTreeSet, ops::ControlFlow, path::Path};

use palinode_core::{Saga, Timestamp};

use super::{
    database::Database, folder::TaskFolder, identity::Identity, key, key_kind::KeyKind, options::Resources,
    place::Place, settings::Settings, store::RocksStore,
};
use crate::{Error, JournalPosition, Store};

/// What a task's store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The id of the Kafka cluster.
    pub cluster: String,
    /// The name of the application.
    pub application: String,
    /// The number of partitions of the application.
    pub partitions: i32,
    /// The task.
    pub task: i32,
    /// The format of keys and values.
    pub format: u8,
    /// The id of the journal that the state reflects.
    pub journal_id: Option<String>,
    /// The last journal record that is reflected.
    pub journal: Option<JournalPosition>,
    /// The last time that the task journaled.
    pub clock: Timestamp,
    /// How many sagas are open.
    pub open_sagas: u64,
    /// The names of the files of its tables. Others that stand there are no longer needed, or not yet.
    pub tables: BTreeSet<String>,
}

/// Whose the stores of an application are, but for the task: it is the same for all of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The id of the Kafka cluster.
    pub cluster: String,
    /// The number of partitions of the application.
    pub partitions: i32,
}

impl Owner {
    /// Whose the store at `place` is. A running process may have it open.
    ///
    /// # Errors
    /// When the folder does not say so.
    pub fn of(place: &Place) -> Result<Self, Error> {
        let identity = Identity::read(&place.path())?;
        Ok(Self {
            cluster: identity.cluster,
            partitions: identity.partitions,
        })
    }
}

/// What the store in `folder` holds, which nobody else has open. With `whole` every entry is read and compared.
///
/// # Errors
/// When it is damaged, has another format, or the disk refuses.
pub fn inspect(folder: &Path, whole: bool) -> Result<Contents, Error> {
    let identity = Identity::read(folder)?;
    identity.check_format(folder)?;
    let resources = Resources::new(Settings::MEMORY_BYTES_DEFAULT);
    let folder = TaskFolder::unshared(folder);
    let database = Database::open_read_only(folder, &resources.database(), resources.families())?;
    let tables = database.tables()?;
    let open = if whole { Some(open_sagas(&database)?) } else { None };
    let store = RocksStore::new(database, identity.clone(), 0)?;
    if let Some(open) = open.filter(|open| *open != store.open_count()) {
        return Err(store.damaged(format!("{open} sagas are open, and {} should be", store.open_count())));
    }
    Ok(contents(identity, &store, tables))
}

fn contents(identity: Identity, store: &RocksStore, tables: BTreeSet<String>) -> Contents {
    let Identity {
        format,
        cluster,
        application,
        partitions,
        task,
        journal,
        ..
    } = identity;
    let checkpoint = store.checkpoint();
    Contents {
        cluster,
        application,
        partitions,
        task,
        format,
        journal_id: journal,
        journal: checkpoint.journal.clone(),
        clock: checkpoint.clock,
        open_sagas: store.open_count(),
        tables,
    }
}

/// Reads every entry. Gives how many sagas are open, of which the index has to say the same.
fn open_sagas(database: &Database) -> Result<u64, Error> {
    let (mut open, mut indexed) = (0, 0);
    scan(database, KeyKind::Saga, |key, value| {
        key::read_saga(key, KeyKind::Saga).ok_or_else(|| database.no_key(key))?;
        let saga: Saga = database.decode(key, value)?;
        open += u64::from(saga.open().is_some());
        Ok(())
    })?;
    scan(database, KeyKind::Open, |key, _| {
        key::read_saga(key, KeyKind::Open).ok_or_else(|| database.no_key(key))?;
        indexed += 1;
        Ok(())
    })?;
    scan(database, KeyKind::Timer, |key, _| {
        key::read_timer(key).map(drop).ok_or_else(|| database.no_key(key))
    })?;
    scan(database, KeyKind::Changed, |key, _| {
        key::read_changed(key).map(drop).ok_or_else(|| database.no_key(key))
    })?;
    scan(database, KeyKind::Snapshot, |key, _| {
        key::read_saga(key, KeyKind::Snapshot)
            .map(drop)
            .ok_or_else(|| database.no_key(key))
    })?;
    if open != indexed {
        return Err(database.damaged(format!("{open} sagas are open, and the index has {indexed}")));
    }
    Ok(open)
}

fn scan(
    database: &Database,
    kind: KeyKind,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    database.scan(kind, &[kind.byte()], kind.end(), |key, value| {
        visit(key, value)?;
        Ok(ControlFlow::Continue(()))
    })
}
