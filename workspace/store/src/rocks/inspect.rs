//! What a folder holds, read whole and without changing it.

use std::{ops::ControlFlow, path::Path};

use palinode_core::{Saga, Timestamp};

use super::{
    database::Database, folder::TaskFolder, identity::Identity, key, key_kind::KeyKind, options::Resources,
    settings::Settings, store::RocksStore,
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
    if whole {
        let open = open_sagas(&database)?;
        let store = RocksStore::new(database, identity.clone(), 0)?;
        if store.open_count() != open {
            return Err(store.damaged(format!("{open} sagas are open, and {} should be", store.open_count())));
        }
        return Ok(contents(identity, &store));
    }
    Ok(contents(identity.clone(), &RocksStore::new(database, identity, 0)?))
}

fn contents(identity: Identity, store: &RocksStore) -> Contents {
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
