//! Recorded sagas under the same and under changed definitions.

mod common;

use palinode_core::{Payload, SchemaId};
use palinode_definition::Definition;
use palinode_scenario::{Recording, Rehearsal, Suite, Tally, Verdict, rehearse};
use palinode_wire::own;

/// What a journal would say of the scenarios of `sagas/order-fulfilment.test.yaml`, each with a key of its own.
fn recorded() -> Recording {
    let file = std::fs::read_to_string(common::root().join("sagas/order-fulfilment.test.yaml")).unwrap();
    common::recording_of(&common::run(&file), &common::texts())
}

/// What a journal would say of one scenario.
fn recorded_of(scenario: &str) -> Recording {
    common::recording_of(&common::run(&format!("{}{scenario}", common::head())), &common::texts())
}

fn replayed(recording: &Recording, definition: &Definition) -> Tally {
    let schemas = common::texts();
    let rehearsal = Rehearsal {
        plan: &definition.plan,
        schemas: &schemas,
    };
    rehearse(recording, rehearsal).unwrap()
}

/// The order's definition with one piece of its text changed.
fn changed(from: &str, to: &str) -> Definition {
    let text = common::order_text();
    assert!(text.contains(from), "{from}");
    common::definition(&text.replacen(from, to, 1))
}

#[test]
fn under_the_same_definition_every_saga_ends_as_it_did() {
    let recording = recorded();
    let tally = replayed(&recording, &common::definition(&common::order_text()));
    let sagas = common::run(&std::fs::read_to_string(common::root().join("sagas/order-fulfilment.test.yaml")).unwrap());
    assert_eq!(tally.total(), sagas.played.len());
    assert_eq!(tally.same, tally.total(), "{tally:#?}");
}

#[test]
fn a_step_that_is_new_needs_an_answer_that_nobody_gave() {
    let insured = "  - id: insurance
    after: [payment]
    command: { topic: shipments.commands, message: shop.shipments.CreateShipment, fields: { order_id: start.order_id, \
                   customer_id: start.customer_id, promised_delivery_at: start.promised_delivery_at } }
    replies: { topic: insurance.events, succeeded: shop.shipments.OrderShipped }

  - id: packing
    after: [payment, stock, insurance]
";
    let definition = changed("  - id: packing\n    after: [payment, stock]\n", insured);
    let tally = replayed(
        &recorded_of("  - { scenario: a, expect: { end: completed } }\n"),
        &definition,
    );
    assert_eq!((tally.missing_data, tally.total()), (1, 1));
    let difference = &tally.differences[0];
    assert_eq!(difference.verdict, Verdict::MissingData);
    assert!(
        difference.why.contains("'insurance' was never asked for then"),
        "{}",
        difference.why
    );
    assert_eq!(difference.step.as_deref(), Some("insurance"));
    assert!(difference.event.is_some());
}

#[test]
fn without_its_retries_an_order_ends_otherwise() {
    let recording = recorded_of(
        "  - scenario: a
    participants: { payment: [{ fails: { code: BANK_UNAVAILABLE } }, succeeds] }
    expect: { end: completed }
",
    );
    let definition = changed(
        "attempts: 3, initial: 1s, factor: 2, max: 30s, when: \"reply.code == 'BANK_UNAVAILABLE'\"",
        "attempts: 3",
    );
    let tally = replayed(&recording, &definition);
    assert_eq!((tally.other_end, tally.total()), (1, 1), "{tally:#?}");
    let difference = &tally.differences[0];
    assert_eq!(
        (difference.then.as_str(), difference.now.as_str()),
        ("completed", "compensated")
    );
    assert!(difference.why.contains("now: "), "{}", difference.why);
}

#[test]
fn a_shorter_wait_that_suspends_means_that_an_order_does_not_end() {
    let recording = recorded_of(
        "  - scenario: a
    participants: { capture: { succeeds: , after: 9s } }
    expect: { end: completed }
",
    );
    let definition = changed(
        "timeout: 10s\n    retry: { attempts: 10,",
        "timeout: 1s\n    retry: { attempts: 1,",
    );
    let tally = replayed(&recording, &definition);
    // The late answer lets it go on by itself: no harm is done.
    assert_eq!((tally.same, tally.total()), (1, 1), "{tally:#?}");

    let silent = recorded_of(
        "  - scenario: a
    participants: { payment: [silent, succeeds] }
    expect: { end: completed }
",
    );
    let definition = changed(
        "attempts: 3, initial: 1s, factor: 2",
        "attempts: 1, initial: 1s, factor: 2",
    );
    let tally = replayed(&silent, &definition);
    assert_eq!((tally.unfinished, tally.total()), (1, 1), "{tally:#?}");
    assert!(tally.differences[0].why.contains("no attempt is left"), "{tally:#?}");
}

#[test]
fn a_field_that_old_records_do_not_have_is_missing_data() {
    let file = format!(
        "{}  - {{ scenario: a, expect: {{ end: completed }} }}\n",
        common::head()
    );
    let old_texts = {
        let mut texts = common::texts();
        let placed = texts.get_mut("shop.orders.OrderPlaced").unwrap();
        let mut schema: serde_json::Value = serde_json::from_str(placed).unwrap();
        let fields = schema["fields"].as_array_mut().unwrap();
        fields.retain(|field| field["name"] != "customer_name");
        *placed = schema.to_string();
        texts
    };
    let file = file.replace("  customer_name: Ada\n", "");
    let schemas = palinode_scenario::schemas_of(&old_texts).unwrap();
    let plan = common::definition(&common::order_text()).plan;
    let suite = Suite::read("scenarios.yaml", &file, &plan, &schemas).unwrap();
    let recording = common::recording_of(&suite.run(&plan, &schemas).unwrap(), &old_texts);

    let definition = changed(
        "customer_id: \"start.customer_id\"\n        amount_minor",
        "customer_id: \"start.customer_name\"\n        amount_minor",
    );
    let tally = replayed(&recording, &definition);
    assert_eq!((tally.missing_data, tally.total()), (1, 1), "{tally:#?}");
    assert!(tally.differences[0].why.contains("customer_name"), "{tally:#?}");
}

#[test]
fn an_order_that_had_not_ended_goes_on_as_it_did_so_far() {
    let recording = recorded_of(
        "  - scenario: a
    participants: { shipment: silent }
    until: 10s
    expect: { end: open }
",
    );
    let tally = replayed(&recording, &common::definition(&common::order_text()));
    assert_eq!((tally.still_open, tally.total()), (1, 1), "{tally:#?}");
    assert_eq!(tally.different(), 0);
}

#[test]
fn the_first_ten_differences_are_told() {
    let definition = changed("pivot: true\n", "pivot: true\n    onExhausted: suspend\n");
    let recording = recorded();
    assert_eq!(replayed(&recording, &definition).different(), 0, "this was so already");
    let many: String = (0..12)
        .map(|number| format!("  - {{ scenario: number {number}, expect: {{ end: completed }} }}\n"))
        .collect();
    let tally = replayed(&recorded_of(&many), &changed("  - id: capture\n", "  - id: charge\n"));
    assert_eq!((tally.missing_data, tally.differences.len()), (12, 10), "{tally:#?}");
    assert_eq!(tally.differences[0].step.as_deref(), Some("charge"));
}

#[test]
fn a_recording_is_read_back_from_its_file() {
    let recording = recorded();
    let text = recording.written();
    let read = Recording::read(&text).unwrap();
    assert_eq!((read.len(), read.is_empty()), (recording.len(), false));
    assert_eq!(read.written(), text);
    assert!(read.unknown_schemas().is_empty());
    let definition = common::definition(&common::order_text());
    assert_eq!(replayed(&read, &definition), replayed(&recording, &definition));
}

#[test]
fn what_is_no_recording_is_refused_with_its_line() {
    let text = recorded_of("  - { scenario: a, expect: { end: completed } }\n").written();
    let first = text.lines().next().unwrap();
    for (text, refusal) in [
        ("".to_owned(), "does not begin"),
        ("{}\n".to_owned(), "does not begin"),
        (format!("{first}\n{first}\n"), "line 2: the format is named twice"),
        (format!("{first}\n{{\"event\":5}}\n"), "line 2: "),
        (
            format!("{first}\n\n{{\"event\":{{\"saga\":\"a/b\",\"sequence\":1,\"type\":\"x\",\"record\":\"zz\"}}}}\n"),
            "line 3: ",
        ),
        (text.replacen("\"id\":900", "\"id\":901", 1), "line "),
    ] {
        let refused = Recording::read(&text).unwrap_err().to_string();
        assert!(refused.contains(refusal), "{refused}");
    }
}

#[test]
fn payloads_whose_schema_is_not_there_are_known() {
    let mut recording = Recording::new().unwrap();
    recording.add_schema(common::JOURNAL, own::SAGA_EVENT.text).unwrap();
    let results = common::run(&format!(
        "{}  - {{ scenario: a, expect: {{ end: completed }} }}\n",
        common::head()
    ));
    let mut record = results.played[0].story[0].events[0].record.clone();
    record.payload = Some(Payload {
        schema: SchemaId(77),
        bytes: bytes::Bytes::new(),
    });
    let mut framed = Vec::new();
    record.encode(common::JOURNAL, &mut framed);
    assert!(!recording.add(&framed.clone().into(), Some("another")).unwrap());
    assert!(recording.add(&framed.into(), Some("order-fulfilment")).unwrap());
    assert_eq!(recording.unknown_schemas(), [SchemaId(77)].into());
}
