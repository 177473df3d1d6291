//! Saga definitions, as service teams write them.

use palinode_core::RecordName;
use palinode_definition::{Definition, Diagnostics, check_schemas, limits};

use crate::{
    input::{INPUTS, Input, soon},
    known,
};

fn read(bytes: &[u8]) {
    match Definition::read_bytes("any.yaml", bytes) {
        Ok(definition) => {
            let _ = check_schemas(&definition, &schema);
        }
        Err(diagnostics) => are_told(&diagnostics, bytes),
    }
}

/// The schema of a record of the shop.
fn schema(record: &RecordName) -> Option<String> {
    let file = format!("schemas/{}.avsc", record.as_str().replace('.', "/"));
    std::fs::read_to_string(known::root().join(file)).ok()
}

/// Every diagnostic has a place in the text, and there are not too many.
fn are_told(diagnostics: &Diagnostics, bytes: &[u8]) {
    let lines = bytes.split(|byte| [b'\n', b'\r'].contains(byte)).count();
    let count = diagnostics.iter().count();
    assert!((1..=limits::DIAGNOSTICS_MAX).contains(&count), "{count}");
    for diagnostic in diagnostics.iter() {
        let line = diagnostic.location.line as usize;
        assert!((1..=lines).contains(&line), "{line} of {lines}: {diagnostic}");
    }
}

#[test]
fn a_definition_is_read_or_refused() {
    let folders = ["sagas", "workspace/definition/tests", "workspace/verify/tests/broken"];
    let known = known::files(&folders, "yaml");
    known.iter().for_each(|bytes| soon(bytes, read));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
