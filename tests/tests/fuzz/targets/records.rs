//! Records of the services, by the schemas of the shop, with and without the frame.

use palinode_core::{FieldName, SchemaId};
use palinode_wire::{Schemas, avro::Shape, frame, outcome::OutcomeRecord, own, typed::RecordCodec};

use crate::{
    input::{INPUTS, Input, soon},
    known,
};

/// Bytes that are read by every schema; the first is a frame.
const KNOWN: [&[u8]; 3] = [
    &[0, 0, 0, 0, 1, 6, b'o', b'-', b'1', 2, 84, 6, b'E', b'U', b'R'],
    &[2, 4, b'a', b'b', 0, 8, 1, 2, 3, 4, 0, 0],
    &[0; 24],
];

#[test]
fn a_record_is_read_or_refused() {
    let known: Vec<Vec<u8>> = KNOWN.iter().map(|bytes| bytes.to_vec()).collect();
    let texts = known::files(&["schemas"], "avsc");
    let shapes: Vec<Shape> = texts
        .iter()
        .map(|text| Shape::parse(std::str::from_utf8(text).unwrap()).unwrap())
        .collect();
    let codec = RecordCodec::new(own::OUTCOME.text, SchemaId(1)).unwrap();
    let paths = ["order_id", "items.1.sku", "attributes.x"].map(path);
    let read = |bytes: &[u8]| {
        let _ = frame::split(&bytes.to_vec().into());
        let _ = frame::schema_id(bytes);
        let _ = OutcomeRecord::decode(&codec, bytes, &Schemas::default());
        for shape in &shapes {
            let value = shape.value(bytes);
            assert_eq!(
                value.is_ok(),
                shape.check(bytes).is_ok(),
                "what is checked can be read, and the reverse"
            );
            let _ = shape.skip(&mut &*bytes);
            for path in &paths {
                let _ = shape.value_at(bytes, path);
            }
        }
    };
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}

fn path(text: &str) -> Vec<FieldName> {
    text.split('.').map(FieldName::from).collect()
}
