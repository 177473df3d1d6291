//! Sagas, timers and changes for tests.

use bytes::Bytes;
use palinode_core::{
    Attempt, ClosedSaga, Direction, Outcome, Payload, Purpose, Saga, SagaId, SagaState, SchemaId, Sequence, StepIndex,
    StepState, Timer, TimerKind, Timestamp,
};
use palinode_store::{Change, JournalPosition, SagaChange, Store};

pub(crate) fn id(key: &str) -> SagaId {
    SagaId::new("order-fulfilment", key)
}

/// An open saga after `sequence` events.
pub(crate) fn open(id: &SagaId, sequence: u64) -> Saga {
    Saga::Open(Box::new(state(id, sequence)))
}

pub(crate) fn state(id: &SagaId, sequence: u64) -> SagaState {
    SagaState {
        id: id.clone(),
        version: 1,
        sequence: Sequence(sequence),
        started_at: Timestamp(1_000),
        changed_at: Timestamp(1_000),
        deadline_at: Some(Timestamp(90_000)),
        correlation: "correlation".into(),
        traceparent: None,
        start: Payload {
            schema: SchemaId(7),
            bytes: Bytes::from_static(b"start"),
        },
        direction: Direction::Forward,
        suspended: None,
        steps: vec![StepState::default(); 5],
        expansions: Vec::new(),
        parent: None,
        moved: None,
    }
}

/// A saga that ended with event `sequence`.
pub(crate) fn closed(sequence: u64) -> Saga {
    let (at, sequence) = (Timestamp(2_000), Sequence(sequence));
    Saga::Closed(ClosedSaga {
        outcome: Outcome::Completed,
        at,
        version: 1,
        sequence,
        memory: None,
    })
}

pub(crate) fn deadline(due: i64) -> Timer {
    Timer {
        due: Timestamp(due),
        kind: TimerKind::Deadline,
    }
}

pub(crate) fn timeout(due: i64, step: u16, attempt: u32) -> Timer {
    let (step, attempt) = (StepIndex(step), Attempt(attempt));
    Timer {
        due: Timestamp(due),
        kind: TimerKind::Timeout {
            step,
            purpose: Purpose::Forward,
            attempt,
        },
    }
}

/// A change of one saga.
pub(crate) fn change(id: &SagaId, saga: Saga) -> Change {
    timers(id, saga, &[], &[])
}

/// A change of one saga and its timers.
pub(crate) fn timers(id: &SagaId, saga: Saga, removed: &[Timer], added: &[Timer]) -> Change {
    let (timers_removed, timers_added) = (removed.to_vec(), added.to_vec());
    Change {
        sagas: vec![SagaChange {
            id: id.clone(),
            saga,
            was_open: false,
            timers_removed,
            timers_added,
        }],
        ..Change::default()
    }
}

/// The same change, by what `store` says of its sagas.
pub(crate) fn known(store: &impl Store, mut change: Change) -> Change {
    for saga in &mut change.sagas {
        saga.was_open = store.saga(&saga.id).unwrap().is_some_and(|saga| saga.open().is_some());
    }
    change
}

/// The change that the journal record at `offset` makes: it starts a saga of its own.
pub(crate) fn started_at(offset: i64) -> Change {
    let id = id(&format!("order-{offset:04}"));
    Change {
        positions: vec![(("orders.events".into(), 3), offset * 2)],
        journal: Some(journal(offset)),
        clock: Timestamp(1_000 + offset),
        ..timers(&id, open(&id, 1), &[], &[deadline(5_000 + offset)])
    }
}

pub(crate) fn journal(offset: i64) -> JournalPosition {
    JournalPosition {
        offset,
        event_id: format!("event-{offset}").into(),
    }
}
