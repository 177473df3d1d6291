//! Schemas, as a registry that somebody else fills hands them out.

use palinode_wire::avro::Shape;

use crate::{
    input::{INPUTS, Input, soon},
    known,
};

fn read(bytes: &[u8]) {
    if let Ok(shape) = Shape::parse(&String::from_utf8_lossy(bytes)) {
        let _ = shape.check(&[0; 64]);
        let _ = shape.root().is_nullable();
    }
}

#[test]
fn a_schema_is_compiled_or_refused() {
    let known = known::files(&["schemas"], "avsc");
    known.iter().for_each(|bytes| soon(bytes, read));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
