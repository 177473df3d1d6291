//! Records and keys of the snapshots, and the states in them.

use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_store::{FORMAT, saga_from_bytes, saga_to_bytes};
use palinode_wire::{
    Schemas,
    journal::{JournalSchemas, Position},
    own,
    snapshots::{
        ActivatedVersion, CheckpointDone, ClosedSnapshot, SagaSnapshot, SagasClosed, SnapshotKey, SnapshotRecord,
        SnapshotSchemas,
    },
};

use crate::input::{INPUTS, Input, soon};

/// Our own schemas under ids of which the last byte tells them apart.
fn schemas() -> SnapshotSchemas {
    let ids = JournalSchemas::new(|name| {
        let at = own::ALL.iter().position(|schema| schema.name == name)?;
        Some(SchemaId(u32::try_from(at).unwrap() + 1))
    });
    ids.unwrap().snapshots
}

/// What a task writes.
fn known() -> Vec<Vec<u8>> {
    let id = palinode_core::SagaId::new("order-fulfilment", "o-1");
    let sequence = palinode_core::Sequence(4);
    let cancelled = palinode_core::Saga::CancelledEarly {
        at: palinode_core::Timestamp(7),
        sequence,
    };
    let mut state = Vec::new();
    saga_to_bytes(&cancelled, &mut state).unwrap();
    let saga = SagaSnapshot {
        id: id.clone(),
        version: 1,
        sequence,
        journal: "a-0-1".into(),
        format: i32::from(FORMAT),
        state: state.clone().into(),
    };
    let closed = ClosedSnapshot {
        id,
        sequence,
        state: state.clone().into(),
    };
    let list = SagasClosed {
        journal: "a-0-1".into(),
        format: i32::from(FORMAT),
        sagas: vec![closed.clone(), closed],
    };
    let done = CheckpointDone {
        task: 3,
        member: "node-1".into(),
        time: palinode_core::Timestamp(9),
        journal: "a-0-1".into(),
        lineage: "a-0-1".into(),
        offset: 77,
        event_id: "task-3/a-0-1/5".into(),
        clock: palinode_core::Timestamp(8),
        positions: vec![Position {
            topic: "orders.events".into(),
            partition: 3,
            offset: 5,
        }],
        activations: vec![ActivatedVersion {
            definition: "order-fulfilment".into(),
            version: 1,
            hash: "ab".into(),
        }],
        open_sagas: 1,
    };
    let records = [
        SnapshotRecord::Saga(saga),
        SnapshotRecord::Closed(list),
        SnapshotRecord::Done(done),
    ];
    let framed = records.iter().map(|record| {
        let mut framed = Vec::new();
        record.encode(&schemas(), &mut framed);
        framed
    });
    framed.chain([state]).collect()
}

fn read(bytes: &[u8]) {
    let schemas = schemas();
    for id in [schemas.saga_snapshot, schemas.sagas_closed, schemas.checkpoint_done] {
        // Whatever it is said to be.
        let mut framed = bytes.to_vec();
        if framed.len() >= 5 {
            framed[0] = 0;
            framed[1..5].copy_from_slice(&id.0.to_be_bytes());
        }
        let Ok(record) = schemas.read(&Schemas::default(), &Bytes::from(framed)) else {
            continue;
        };
        let mut again = Vec::new();
        record.encode(&schemas, &mut again);
        assert_eq!(schemas.read(&Schemas::default(), &again.into()).unwrap(), record);
    }
    if let Ok(saga) = saga_from_bytes(bytes) {
        let mut again = Vec::new();
        saga_to_bytes(&saga, &mut again).unwrap();
        assert_eq!(saga_from_bytes(&again), Ok(saga));
    }
    let text = String::from_utf8_lossy(bytes);
    if let Some(key) = SnapshotKey::parse(&text) {
        assert_eq!(SnapshotKey::parse(&key.text()), Some(key));
    }
}

#[test]
fn a_snapshot_is_read_or_refused() {
    let mut known = known();
    known.extend([
        b"saga/order-fulfilment/eu%2F7".to_vec(),
        b"closed/a-0-1/b-0-2/1".to_vec(),
    ]);
    known.iter().for_each(|bytes| soon(bytes, read));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
