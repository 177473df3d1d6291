//! Records of the journal, of every version that was ever written.

use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_wire::{
    Schemas,
    journal::{JournalRecord, JournalSchemas},
    own,
};

use crate::{
    input::{INPUTS, Input, soon},
    known,
};

/// Our own schemas under the ids that recordings use and under further ones.
fn schemas() -> JournalSchemas {
    JournalSchemas::new(|name| {
        let at = own::ALL.iter().position(|schema| schema.name == name)?;
        Some(SchemaId(u32::try_from(at).unwrap() + 1))
    })
    .unwrap()
}

fn read(schemas: &JournalSchemas, bytes: &[u8]) {
    for first in 0..8 {
        // Whatever it is said to be.
        let mut framed = bytes.to_vec();
        if framed.len() >= 5 {
            framed[..5].copy_from_slice(&[0, 0, 0, 0, first]);
        }
        let Ok(record) = schemas.read(&Schemas::default(), &Bytes::from(framed)) else {
            continue;
        };
        is_written_as_it_was(schemas, &record);
    }
}

/// What was read is written, and then read as the same.
fn is_written_as_it_was(schemas: &JournalSchemas, record: &JournalRecord) {
    let mut out = Vec::new();
    match record {
        JournalRecord::Saga(record) => {
            let _ = (record.told(), record.lock_event(), record.event_id());
            record.encode(schemas.saga_event, &mut out);
        }
        JournalRecord::Task(record) => record.encode(schemas, &mut out),
    }
    let again = schemas.read(&Schemas::default(), &Bytes::from(out));
    assert_eq!(format!("{:?}", again.unwrap()), format!("{record:?}"));
}

#[test]
fn a_journal_record_is_read_or_refused() {
    let known = known::journal_records();
    let schemas = schemas();
    known
        .iter()
        .for_each(|bytes| soon(bytes, |bytes| read(&schemas, bytes)));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), |bytes| read(&schemas, bytes)));
}
