//! What is found when a damaged store is opened and read whole, and that it is made again.

use std::fs;

use palinode_core::{Saga, SagaId, Timer, Timestamp};
use palinode_store::{Checkpoint, Error, Store, Stores, memory::MemoryStores};

use super::deeds;
use crate::{
    fixture::started_at,
    twins::{Disk, Rocks, RocksAtOnce, TASK},
};

/// Changes in the test's store: several tables of both families, and some in the log.
pub(super) const CHANGES: i64 = 160;

/// How a damage shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It does not: all changes are there.
    Nothing,
    /// The last changes are missing; what is there is the state after some whole change.
    LostSuffix,
    /// Nothing is there.
    Empty,
    /// The open says so.
    AtOpen,
    /// A read says so, and every open after it.
    WhenRead,
}

/// A store whose sagas fill several blocks of several tables, and RocksDB's log.
pub(super) fn written() -> Rocks {
    let disk = RocksAtOnce::default();
    // Each open makes tables of what the one before has written to the log.
    for changes in [0..130, 130..145, 145..CHANGES] {
        let mut store = disk.open();
        changes.for_each(|offset| store.write(started_at(offset)).unwrap());
    }
    disk.0
}

/// Everything that a store tells.
type Everything = (
    Checkpoint,
    u64,
    Vec<(SagaId, Saga)>,
    Vec<(SagaId, Timer)>,
    Vec<Option<Saga>>,
);

fn everything(store: &mut impl Store) -> Result<Everything, Error> {
    let ids: Vec<SagaId> = (0..CHANGES)
        .flat_map(|offset| started_at(offset).sagas)
        .map(|saga| saga.id)
        .collect();
    let one_by_one: Vec<Option<Saga>> = ids.iter().map(|id| store.saga(id)).collect::<Result<_, _>>()?;
    assert_eq!(one_by_one, store.sagas(&ids)?);
    store.next_due()?;
    Ok((
        store.checkpoint().clone(),
        store.open_count(),
        store.open_sagas(None, usize::MAX)?,
        store.due_timers(Timestamp(i64::MAX), usize::MAX)?,
        one_by_one,
    ))
}

/// Everything that a store tells that was made from the first `changes`.
fn expected(changes: i64) -> Everything {
    let mut model = MemoryStores::default().open(TASK).unwrap();
    (0..changes).for_each(|offset| model.write(started_at(offset)).unwrap());
    everything(&mut model).unwrap()
}

/// Opens and reads what is left. Panics when something wrong is read, and when damage does not lead to a new store.
pub(super) fn judge(disk: &Rocks) -> Found {
    let mut store = match disk.stores().open(TASK) {
        Ok(store) => store,
        Err(error) => {
            is_made_again(disk, &error);
            return Found::AtOpen;
        }
    };
    match everything(&mut store) {
        Ok(found) => {
            let changes = found.0.journal.as_ref().map_or(0, |journal| journal.offset + 1);
            assert_eq!(found, expected(changes), "not the state after {changes} changes");
            (changes..CHANGES).for_each(|offset| store.write(started_at(offset)).unwrap());
            assert_eq!(
                everything(&mut store).unwrap(),
                expected(CHANGES),
                "after the rest was replayed"
            );
            match changes {
                0 => Found::Empty,
                CHANGES => Found::Nothing,
                _ => Found::LostSuffix,
            }
        }
        Err(error) => {
            assert!(error.is_rebuildable(), "{error:?}");
            let write = store.write(started_at(CHANGES)).unwrap_err();
            assert!(write.is_rebuildable(), "the task ends and comes back: {write:?}");
            drop(store);
            let error = disk
                .stores()
                .open(TASK)
                .expect_err("it is opened again, and again, and again");
            is_made_again(disk, &error);
            Found::WhenRead
        }
    }
}

/// What a take-over does with `error`.
fn is_made_again(disk: &Rocks, error: &Error) {
    assert!(
        matches!(error, Error::Damaged { .. }) && error.is_rebuildable() && !error.is_retriable(),
        "{error:?}"
    );
    let stores = disk.stores();
    stores.set_aside(TASK, &error.to_string()).unwrap();
    let mut store = stores.open(TASK).unwrap();
    assert_eq!(store.checkpoint(), &Checkpoint::default());
    (0..CHANGES).for_each(|offset| store.write(started_at(offset)).unwrap());
    assert_eq!(everything(&mut store).unwrap(), expected(CHANGES));
    let reason = fs::read_to_string(deeds::aside(disk).join("reason.txt")).unwrap();
    assert_eq!(reason, format!("{error}\n"));
}
