//! Recorded bytes of our records and of one command, each the same as `apache_avro`'s own.

use std::{borrow::Cow, sync::Arc};

use apache_avro::{Schema, reader::datum::GenericDatumReader, types::Value as Avro, writer::datum::GenericDatumWriter};
use palinode_core::{
    Attempt, Decision, Event, Outcome, Payload, Purpose, Round, SagaId, SchemaId, Sequence, StepIndex, Timestamp, Value,
};
use palinode_wire::{
    Encoder, Schemas,
    avro::Shape,
    definition::DefinitionRecord,
    heartbeat::{Heartbeat, TaskRole, TaskStanding},
    journal::{
        DefinitionActivated, InputAdded, JournalOpened, Position, PositionsAdvanced, SagaRecord, TaskClaimed,
        TaskRecord,
    },
    outcome::{OutcomeRecord, Stage},
};
use serde_json::{Value as Json, json};

use crate::support::{journal_schemas, path, plan, schema_text, text};

/// Our framed bytes are the recorded ones; `apache_avro` writes `content` to the same bytes and reads ours.
pub(crate) fn check(name: &str, record: &str, framed: &[u8], content: Json) {
    let schema = Schema::parse_str(&schema_text(record)).unwrap();
    let meant = Avro::try_from(content).unwrap().resolve(&schema).unwrap();
    let theirs = GenericDatumWriter::builder(&schema)
        .build()
        .unwrap()
        .write_value_to_vec(meant.clone())
        .unwrap();
    assert_eq!(hex::encode(&framed[5..]), hex::encode(theirs), "{name}");
    let mut body = &framed[5..];
    let read = GenericDatumReader::builder(&schema)
        .build()
        .unwrap()
        .read_value(&mut body)
        .unwrap();
    assert_eq!((read, body.len()), (meant, 0), "{name}");
    insta::assert_snapshot!(name, hex::encode(framed));
}

fn check_task(record: &str, task: TaskRecord, content: Json) {
    let mut framed = Vec::new();
    task.encode(&journal_schemas(), &mut framed);
    check(record, &format!("palinode.journal.{record}"), &framed, content);
}

#[test]
fn saga_events() {
    let (plan, id) = (plan(), SagaId::new("order-fulfilment", "eu/7"));
    let encoded = |sequence, event: &Event| {
        let record = SagaRecord::from_event(
            &plan,
            &id,
            sequence,
            Timestamp(1_000),
            &"orders.events/3/41".into(),
            event,
        );
        let mut framed = Vec::new();
        record.encode(journal_schemas().saga_event, &mut framed);
        framed
    };
    let started = Event::SagaStarted {
        payload: Payload {
            schema: SchemaId(12),
            bytes: vec![6, 1].into(),
        },
        correlation: "c-1".into(),
        traceparent: None,
        deadline_at: Some(Timestamp(9_000)),
    };
    let content = json!({
        "event_id": "order-fulfilment/eu%2F7/1", "definition": "order-fulfilment", "version": 7, "saga": "eu/7",
        "sequence": 1, "time": 1_000, "type": "SagaStarted", "step": null, "purpose": null, "round": null,
        "attempt": null, "due": 9_000, "definite": null, "retried": null, "code": null, "reason": null,
        "cause": "orders.events/3/41", "correlation": "c-1", "traceparent": null, "payload_schema": 12,
        "payload": [6, 1], "items": null, "fails": null, "option": null, "by": null, "note": null,
        "lock": null, "asker": null, "place": null,
        "sub_saga": null, "parent": null, "depth": null, "migration": null,
    });
    check(
        "SagaStarted",
        "palinode.journal.SagaEvent",
        &encoded(Sequence(1), &started),
        content,
    );

    let requested = Event::Requested {
        step: StepIndex(1),
        purpose: Purpose::Compensation,
        round: Round(1),
        attempt: Attempt(2),
        due: Timestamp(6_000),
    };
    let content = json!({
        "event_id": "order-fulfilment/eu%2F7/9", "definition": "order-fulfilment", "version": 7, "saga": "eu/7",
        "sequence": 9, "time": 1_000, "type": "CompensationRequested", "step": "stock", "purpose": "compensation",
        "round": 1, "attempt": 2, "due": 6_000, "definite": null, "retried": null, "code": null, "reason": null,
        "cause": "orders.events/3/41", "correlation": null, "traceparent": null, "payload_schema": null,
        "payload": null, "items": null, "fails": null, "option": null, "by": null, "note": null,
        "lock": null, "asker": null, "place": null,
        "sub_saga": null, "parent": null, "depth": null, "migration": null,
    });
    check(
        "CompensationRequested",
        "palinode.journal.SagaEvent",
        &encoded(Sequence(9), &requested),
        content,
    );

    let decided = Event::DecisionMade {
        step: StepIndex(1),
        decision: Decision {
            option: "reject".into(),
            by: Some("ann".into()),
            note: Some("no".into()),
        },
        fails: true,
    };
    let content = json!({
        "event_id": "order-fulfilment/eu%2F7/3", "definition": "order-fulfilment", "version": 7, "saga": "eu/7",
        "sequence": 3, "time": 1_000, "type": "DecisionMade", "step": "stock", "purpose": "forward",
        "round": null, "attempt": null, "due": null, "definite": null, "retried": null, "code": null, "reason": null,
        "cause": "orders.events/3/41", "correlation": null, "traceparent": null, "payload_schema": null,
        "payload": null, "items": null, "fails": true, "option": "reject", "by": "ann", "note": "no",
        "lock": null, "asker": null, "place": null,
        "sub_saga": null, "parent": null, "depth": null, "migration": null,
    });
    check(
        "DecisionMade",
        "palinode.journal.SagaEvent",
        &encoded(Sequence(3), &decided),
        content,
    );
}

#[test]
fn task_records() {
    let (event_id, time): (Arc<str>, _) = ("3/1".into(), Timestamp(1_700_000_000_000));
    check_task(
        "TaskClaimed",
        TaskRecord::TaskClaimed(TaskClaimed {
            event_id: event_id.clone(),
            task: 3,
            member: "m".into(),
            incarnation: "i".into(),
            time,
        }),
        json!({"event_id": "3/1", "task": 3, "member": "m", "incarnation": "i", "time": 1_700_000_000_000_i64}),
    );
    check_task(
        "JournalOpened",
        TaskRecord::JournalOpened(JournalOpened {
            event_id: event_id.clone(),
            application: "shop".into(),
            partitions: 12,
            journal_id: "j".into(),
            time,
        }),
        json!({"event_id": "3/1", "application": "shop", "partitions": 12, "journal_id": "j", "time": 1_700_000_000_000_i64}),
    );
    check_task(
        "InputAdded",
        TaskRecord::InputAdded(InputAdded {
            event_id: event_id.clone(),
            topic: "orders.events".into(),
            partition: 3,
            offset: 1 << 40,
            time,
        }),
        json!({"event_id": "3/1", "topic": "orders.events", "partition": 3, "offset": 1_i64 << 40, "time": 1_700_000_000_000_i64}),
    );
    check_task(
        "DefinitionActivated",
        TaskRecord::DefinitionActivated(DefinitionActivated {
            event_id: event_id.clone(),
            definition: "d".into(),
            version: 2,
            hash: "ab".into(),
            time,
        }),
        json!({"event_id": "3/1", "definition": "d", "version": 2, "hash": "ab", "time": 1_700_000_000_000_i64}),
    );
    check_task(
        "PositionsAdvanced",
        TaskRecord::PositionsAdvanced(PositionsAdvanced {
            event_id,
            time,
            positions: vec![
                Position {
                    topic: "orders.events".into(),
                    partition: 3,
                    offset: 42,
                },
                Position {
                    topic: "payments.events".into(),
                    partition: 3,
                    offset: 7,
                },
            ],
            ignored: vec!["payments.events/3/5-6".into()],
        }),
        json!({
            "event_id": "3/1", "time": 1_700_000_000_000_i64,
            "positions": [
                {"topic": "orders.events", "partition": 3, "offset": 42},
                {"topic": "payments.events", "partition": 3, "offset": 7},
            ],
            "ignored": ["payments.events/3/5-6"],
        }),
    );
}

#[test]
fn an_outcome() {
    let record = OutcomeRecord {
        event_id: "d/k/30".into(),
        definition: "d".into(),
        version: 1,
        saga: "k".into(),
        outcome: palinode_wire::outcome::outcome_word(Outcome::Compensated).into(),
        reason_code: Some("STEP_FAILED".into()),
        reason: Some("no money".into()),
        started_at: Timestamp(1),
        ended_at: Timestamp(2),
        correlation: "c".into(),
        stages: vec![Stage {
            step: "payment".into(),
            status: "FAILED".into(),
            attempts: Attempt(2),
            rounds: 1,
            requested_at: Some(Timestamp(1)),
            answered_at: None,
            compensation_attempts: Attempt(0),
            compensated_at: None,
        }],
        // One entry: the order within a map is free.
        attributes: [("total".to_owned(), palinode_wire::outcome::Attribute::Long(500))].into(),
    };
    let codec = OutcomeRecord::codec(SchemaId(7)).unwrap();
    let mut framed = Vec::new();
    record.encode(&codec, &mut framed).unwrap();
    let content = json!({
        "event_id": "d/k/30", "definition": "d", "version": 1, "saga": "k", "outcome": "COMPENSATED",
        "reason_code": "STEP_FAILED", "reason": "no money", "started_at": 1, "ended_at": 2, "correlation": "c",
        "stages": [{"step": "payment", "status": "FAILED", "attempts": 2, "rounds": 1, "requested_at": 1,
            "answered_at": null, "compensation_attempts": 0, "compensated_at": null}],
        "attributes": {"total": 500},
    });
    check("Outcome", "palinode.Outcome", &framed, content);
}

#[test]
fn a_definition() {
    let record = DefinitionRecord {
        definition: "d".into(),
        version: 2,
        hash: "ab".into(),
        owner: "order-team".into(),
        text: "saga: d\n".into(),
        published_at: Timestamp(1),
        published_by: "ann".into(),
        retired_at: Some(Timestamp(2)),
        retired_by: None,
    };
    assert_eq!(record.key(), "d/2");
    let codec = DefinitionRecord::codec(SchemaId(8)).unwrap();
    let mut framed = Vec::new();
    record.encode(&codec, &mut framed).unwrap();
    let content = json!({
        "definition": "d", "version": 2, "hash": "ab", "owner": "order-team", "text": "saga: d\n", "published_at": 1,
        "published_by": "ann", "retired_at": 2, "retired_by": null,
    });
    check("Definition", "palinode.Definition", &framed, content);
    assert_eq!(
        DefinitionRecord::decode(&codec, &framed, &Schemas::default()).unwrap(),
        record
    );
}

#[test]
fn a_heartbeat() {
    let standing = |task, role, claim, journal| TaskStanding {
        task,
        role,
        claim,
        journal,
    };
    let record = Heartbeat {
        member: "node-1".into(),
        run: "r".into(),
        sequence: 9,
        sent_at: Timestamp(1),
        stopping: true,
        journal_format: 1,
        tasks: vec![
            standing(0, TaskRole::Owner, Some(41), Some(500)),
            standing(1, TaskRole::Claiming, None, None),
            standing(2, TaskRole::Standby, None, Some(-1)),
            standing(3, TaskRole::Declined, None, None),
        ],
    };
    let codec = Heartbeat::codec(SchemaId(9)).unwrap();
    let mut framed = Vec::new();
    record.encode(&codec, &mut framed).unwrap();
    let content = json!({
        "member": "node-1", "run": "r", "sequence": 9, "sent_at": 1, "stopping": true, "journal_format": 1,
        "tasks": [
            {"task": 0, "role": "OWNER", "claim": 41, "journal": 500},
            {"task": 1, "role": "CLAIMING", "claim": null, "journal": null},
            {"task": 2, "role": "STANDBY", "claim": null, "journal": -1},
            {"task": 3, "role": "DECLINED", "claim": null, "journal": null},
        ],
    });
    check("Heartbeat", "palinode.members.Heartbeat", &framed, content);
    assert_eq!(Heartbeat::decode(&codec, &framed, &Schemas::default()).unwrap(), record);
}

#[test]
fn a_command() {
    let shape = Arc::new(Shape::parse(&schema_text("shop.payments.ReservePayment")).unwrap());
    let names = [
        path("currency"),
        path("order_id"),
        path("amount_minor"),
        path("customer_id"),
    ]
    .concat();
    let values = [text("EUR"), text("o-1"), Value::Long(1_999), text("c-1")];
    let mut framed = Vec::new();
    Encoder::new(shape, SchemaId(300), &names)
        .unwrap()
        .encode(&values, &mut framed)
        .unwrap();
    let content = json!({"order_id": "o-1", "customer_id": "c-1", "amount_minor": 1_999, "currency": "EUR"});
    check("ReservePayment", "shop.payments.ReservePayment", &framed, content);
    assert_eq!(Cow::from("\0\0\0\u{1},\u{6}o-1\u{6}c-1").as_bytes(), &framed[..13]);
}
