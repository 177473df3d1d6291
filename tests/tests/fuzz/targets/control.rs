//! What people ask of sagas, on `palinode.control`.

use palinode_core::{Payload, SchemaId};
use palinode_wire::{
    Schemas,
    control::{DecisionMade, MigrationRequested},
    frame, own,
};

use crate::input::{INPUTS, Input, soon};

const SCHEMA: SchemaId = SchemaId(7);

fn decision(note: Option<&str>) -> DecisionMade {
    DecisionMade {
        definition: "order-fulfilment".into(),
        saga: "o-1".into(),
        step: "approval".into(),
        option: "approve".into(),
        by: "ann".into(),
        note: note.map(str::to_owned),
    }
}

#[test]
fn a_decision_is_read_or_refused() {
    let mut schemas = Schemas::default();
    schemas.add(SCHEMA, own::DECISION_MADE.text).unwrap();
    let known = [None, Some("looks right")].map(|note| decision(note).encode(SCHEMA).unwrap());
    let read = |bytes: &[u8]| {
        let Ok((schema, bytes)) = frame::split(&bytes.to_vec().into()) else {
            return;
        };
        if let Ok(decision) = DecisionMade::read(&Payload { schema, bytes }, &schemas) {
            let again = decision.encode(SCHEMA).unwrap().into();
            let (schema, bytes) = frame::split(&again).unwrap();
            assert_eq!(
                DecisionMade::read(&Payload { schema, bytes }, &schemas).unwrap(),
                decision
            );
        }
    };
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}

fn wish(plan: Option<&str>) -> MigrationRequested {
    MigrationRequested {
        definition: "order-fulfilment".into(),
        saga: "o-1".into(),
        from_version: 1,
        to_version: 2,
        plan: plan.map(str::to_owned),
        by: "ann".into(),
    }
}

#[test]
fn a_wish_to_move_a_saga_is_read_or_refused() {
    let mut schemas = Schemas::default();
    schemas.add(SCHEMA, own::MIGRATION_REQUESTED.text).unwrap();
    let plan = r#"{"from":1,"to":2,"renames":[],"passed_over":["fraud"],"defaults":[]}"#;
    let known = [None, Some(plan)].map(|plan| wish(plan).encode(SCHEMA).unwrap());
    let read = |bytes: &[u8]| {
        let Ok((schema, bytes)) = frame::split(&bytes.to_vec().into()) else {
            return;
        };
        if let Ok(wish) = MigrationRequested::read(&Payload { schema, bytes }, &schemas) {
            // Whether it holds a plan is another question.
            let _ = wish.migration();
            let again = wish.encode(SCHEMA).unwrap().into();
            let (schema, bytes) = frame::split(&again).unwrap();
            assert_eq!(
                MigrationRequested::read(&Payload { schema, bytes }, &schemas).unwrap(),
                wish
            );
        }
    };
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
