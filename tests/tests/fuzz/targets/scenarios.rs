//! Scenarios, as service teams write them for `palinode test`.

use std::sync::LazyLock;

use palinode_core::{Plan, SchemaId};
use palinode_scenario::{Head, Suite};
use palinode_wire::Schemas;

use crate::{
    input::{INPUTS, Input, soon},
    known,
};

/// The definition and the schemas that scenarios are read against.
static GROUND: LazyLock<(Plan, Schemas)> = LazyLock::new(|| {
    let text = std::fs::read_to_string(known::root().join("sagas/order-fulfilment.yaml")).unwrap();
    let plan = palinode_definition::read("order-fulfilment.yaml", &text);
    let mut schemas = Schemas::default();
    for (id, text) in (1..).zip(known::files(&["schemas"], "avsc")) {
        schemas.add(SchemaId(id), String::from_utf8(text).unwrap()).unwrap();
    }
    (plan.unwrap_or_else(|diagnostics| panic!("{diagnostics}")), schemas)
});

fn read(bytes: &[u8]) {
    let (plan, schemas) = &*GROUND;
    let text = String::from_utf8_lossy(bytes);
    let _ = Head::read("any.test.yaml", &text);
    if let Err(mistakes) = Suite::read("any.test.yaml", &text, plan, schemas) {
        assert!(mistakes.iter().count() > 0, "a refusal says why");
    }
}

#[test]
fn a_scenario_is_read_or_refused() {
    let known = known::files(&["workspace/scenario/tests/broken", "sagas"], "yaml");
    known.iter().for_each(|bytes| soon(bytes, read));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
