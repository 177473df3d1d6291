//! The records of the snapshots: recorded bytes, reading back, and bytes that mean harm.

use bytes::Bytes;
use palinode_core::{SagaId, SchemaId, Sequence, Timestamp};
use palinode_wire::{
    Schemas,
    journal::Position,
    own,
    snapshots::{
        ActivatedVersion, CheckpointDone, ClosedSnapshot, SagaSnapshot, SagasClosed, SnapshotError, SnapshotRecord,
        SnapshotSchemas,
    },
};
use proptest::prelude::*;
use serde_json::json;

use crate::{
    golden::check,
    support::{journal_schemas, with},
};

fn schemas() -> SnapshotSchemas {
    journal_schemas().snapshots
}

fn saga() -> SnapshotRecord {
    SnapshotRecord::Saga(SagaSnapshot {
        id: SagaId::new("order-fulfilment", "eu/7"),
        version: 7,
        sequence: Sequence(9),
        journal: "a-0-1".into(),
        format: 6,
        state: vec![6, 1, 2].into(),
    })
}

fn closed() -> SnapshotRecord {
    let saga = |key: &str, sequence| ClosedSnapshot {
        id: SagaId::new("order-fulfilment", key),
        sequence: Sequence(sequence),
        state: vec![6, 2].into(),
    };
    SnapshotRecord::Closed(SagasClosed {
        journal: "a-0-1".into(),
        format: 6,
        sagas: vec![saga("o-1", 12), saga("o-2", 300)],
    })
}

fn done() -> SnapshotRecord {
    SnapshotRecord::Done(CheckpointDone {
        task: 3,
        member: "node-1".into(),
        time: Timestamp(2_000),
        journal: "a-0-1".into(),
        lineage: "b-0-4".into(),
        offset: 4_711,
        event_id: "task-3/b-0-4/17".into(),
        clock: Timestamp(1_900),
        positions: vec![Position {
            topic: "orders.events".into(),
            partition: 3,
            offset: 88,
        }],
        activations: vec![ActivatedVersion {
            definition: "order-fulfilment".into(),
            version: 7,
            hash: "ab12".into(),
        }],
        open_sagas: 5,
    })
}

fn framed(record: &SnapshotRecord) -> Bytes {
    let mut framed = Vec::new();
    record.encode(&schemas(), &mut framed);
    framed.into()
}

#[test]
fn the_recorded_bytes() {
    let content = json!({
        "definition": "order-fulfilment", "saga": "eu/7", "version": 7, "sequence": 9, "journal": "a-0-1", "format": 6,
        "state": [6, 1, 2],
    });
    check(
        "SagaSnapshot",
        "palinode.snapshots.SagaSnapshot",
        &framed(&saga()),
        content,
    );
    let content = json!({
        "journal": "a-0-1", "format": 6, "sagas": [
            { "definition": "order-fulfilment", "saga": "o-1", "sequence": 12, "state": [6, 2] },
            { "definition": "order-fulfilment", "saga": "o-2", "sequence": 300, "state": [6, 2] },
        ],
    });
    check(
        "SagasClosed",
        "palinode.snapshots.SagasClosed",
        &framed(&closed()),
        content,
    );
    let content = json!({
        "task": 3, "member": "node-1", "time": 2_000, "journal": "a-0-1", "lineage": "b-0-4", "offset": 4_711,
        "event_id": "task-3/b-0-4/17", "clock": 1_900,
        "positions": [{ "topic": "orders.events", "partition": 3, "offset": 88 }],
        "activations": [{ "definition": "order-fulfilment", "version": 7, "hash": "ab12" }],
        "open_sagas": 5,
    });
    check(
        "CheckpointDone",
        "palinode.snapshots.CheckpointDone",
        &framed(&done()),
        content,
    );
}

#[test]
fn what_was_written_is_read_also_under_another_id() {
    for (record, own) in [
        (saga(), own::SAGA_SNAPSHOT),
        (closed(), own::SAGAS_CLOSED),
        (done(), own::CHECKPOINT_DONE),
    ] {
        let written = framed(&record);
        assert_eq!(schemas().read(&Schemas::default(), &written), Ok(record.clone()));
        let mut other = written.to_vec();
        other[..5].copy_from_slice(&[0, 0, 0, 3, 9]);
        let known = with(Schemas::default(), 777, own.text);
        assert_eq!(schemas().read(&known, &other.into()), Ok(record));
    }
}

#[test]
fn what_is_no_snapshot_is_refused_by_name() {
    let unknown = schemas().read(&Schemas::default(), &Bytes::from_static(&[0, 0, 0, 3, 9, 1]));
    assert_eq!(unknown, Err(SnapshotError::UnknownSchema(SchemaId(777))));
    let known = with(Schemas::default(), 777, own::OUTCOME.text);
    let foreign = schemas().read(&known, &Bytes::from_static(&[0, 0, 0, 3, 9, 1]));
    assert_eq!(foreign, Err(SnapshotError::Foreign("palinode.Outcome".into())));
}

proptest! {
    #[test]
    fn damaged_bytes_are_read_or_refused(which in 0..3usize, at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = framed(&[saga(), closed(), done()][which]).to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let length = bytes.len();
        bytes.truncate(length - cut.index(length));
        if let Ok(record) = schemas().read(&Schemas::default(), &bytes.into()) {
            prop_assert_eq!(schemas().read(&Schemas::default(), &framed(&record)), Ok(record));
        }
    }
}
