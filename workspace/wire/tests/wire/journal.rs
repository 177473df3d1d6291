//! Journal records, written and read back.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{
    Attempt, Decision, DefaultValue, Event, FieldDefault, Migrated, MigratedStep, Parent, Payload, Plan, Purpose,
    Reason, ReasonCode, RejectionCode, Round, SagaId, SchemaId, Sequence, StepIndex, Timestamp,
};
use palinode_wire::{
    Schemas,
    avro::Malformed,
    journal::{EVENT_TYPES, JournalError, JournalRecord, PositionsAdvanced, SagaRecord, TaskClaimed, TaskRecord},
    own,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{journal_schemas, plan, with};

fn event() -> impl Strategy<Value = Event> {
    let step = || {
        let items = StepIndex(2).of_item(7).unwrap();
        prop_oneof![(0..3_u16).prop_map(StepIndex), Just(items)]
    };
    let purpose = || prop_oneof![Just(Purpose::Forward), Just(Purpose::Compensation)];
    let of = move || (step(), purpose());
    let round = || (0..=i32::MAX.unsigned_abs()).prop_map(Round);
    let attempt = || (0..=i32::MAX.unsigned_abs()).prop_map(Attempt);
    let time = || any::<i64>().prop_map(Timestamp);
    let payload = || {
        (any::<u32>(), proptest::collection::vec(any::<u8>(), 0..40)).prop_map(|(schema, bytes)| Payload {
            schema: SchemaId(schema),
            bytes: bytes.into(),
        })
    };
    let text = || "\\PC{0,30}".prop_map(Arc::<str>::from);
    let lock = || "\\PC{1,20}".prop_map(palinode_core::LockKey::from);
    let reason =
        move || (proptest::sample::select(ReasonCode::ALL), text()).prop_map(|(code, text)| Reason { code, text });
    prop_oneof![
        (
            payload(),
            text(),
            proptest::option::of(text()),
            proptest::option::of(time())
        )
            .prop_map(|(payload, correlation, traceparent, deadline_at)| Event::SagaStarted {
                payload,
                correlation,
                traceparent,
                deadline_at
            }),
        (of(), round(), attempt(), time()).prop_map(|((step, purpose), round, attempt, due)| Event::Requested {
            step,
            purpose,
            round,
            attempt,
            due
        }),
        (of(), round(), payload()).prop_map(|((step, purpose), round, payload)| Event::Succeeded {
            step,
            purpose,
            round,
            payload
        }),
        (of(), round(), any::<bool>(), any::<bool>(), payload()).prop_map(
            |((step, purpose), round, definite, retried, payload)| Event::Failed {
                step,
                purpose,
                round,
                definite,
                retried,
                payload
            }
        ),
        (of(), round(), attempt()).prop_map(|((step, purpose), round, attempt)| Event::TimedOut {
            step,
            purpose,
            round,
            attempt
        }),
        (of(), round(), time()).prop_map(|((step, purpose), round, at)| Event::RetryScheduled {
            step,
            purpose,
            round,
            at
        }),
        step().prop_map(|step| Event::PassedOver { step }),
        (step(), any::<u16>()).prop_map(|(step, items)| Event::Expanded { step, items }),
        step().prop_map(|step| Event::ItemsSucceeded { step }),
        (step(), time()).prop_map(|(step, until)| Event::WaitStarted { step, until }),
        (step(), payload()).prop_map(|(step, payload)| Event::EventArrived { step, payload }),
        (step(), any::<bool>(), proptest::option::of(payload())).prop_map(|(step, fails, payload)| Event::WaitEnded {
            step,
            fails,
            payload
        }),
        (step(), time()).prop_map(|(step, due)| Event::DecisionAsked { step, due }),
        (
            step(),
            any::<bool>(),
            text(),
            proptest::option::of(text()),
            proptest::option::of(text())
        )
            .prop_map(|(step, fails, option, by, note)| Event::DecisionMade {
                step,
                decision: Decision { option, by, note },
                fails
            }),
        (step(), round(), lock(), time()).prop_map(|(step, round, lock, due)| Event::LockAsked {
            step,
            round,
            lock,
            due
        }),
        (step(), any::<u16>()).prop_map(|(step, place)| Event::LockQueued { step, place }),
        step().prop_map(|step| Event::LockGranted { step }),
        (step(), round(), lock(), any::<bool>(), reason()).prop_map(|(step, round, lock, fails, reason)| {
            Event::LockMissed {
                step,
                round,
                lock,
                fails,
                reason,
            }
        }),
        (step(), round(), lock()).prop_map(|(step, round, lock)| Event::LockReleased { step, round, lock }),
        (step(), "\\PC{1,30}").prop_map(|(step, key)| Event::SubSagaNamed {
            step,
            saga: SagaId::new("stay", key)
        }),
        ("\\PC{1,30}", round(), any::<u16>()).prop_map(|(key, round, depth)| Event::ParentNamed {
            parent: Parent {
                saga: SagaId::new("trip", key),
                step: "stay[3]".into(),
                round,
                depth
            }
        }),
        round().prop_map(|round| Event::TakenBackByParent { round }),
        (of(), reason()).prop_map(|((step, purpose), reason)| Event::GivenUp { step, purpose, reason }),
        Just(Event::CancellationAccepted),
        Just(Event::CancellationKept),
        Just(Event::DeadlinePassed),
        reason().prop_map(|reason| Event::CompensationStarted { reason }),
        (proptest::option::of(of()), reason()).prop_map(|(step, reason)| Event::SagaSuspended { step, reason }),
        Just(Event::SagaResumed),
        (any::<u32>(), any::<bool>(), text()).prop_map(|(from, passed_over, by)| Event::SagaMigrated {
            migration: migrated(from, passed_over),
            by
        }),
        text().prop_map(|by| Event::MigrationUndone { by }),
        reason().prop_map(|reason| Event::SagaReopened { reason }),
        Just(Event::SagaCompleted),
        reason().prop_map(|reason| Event::SagaCompensated { reason }),
        (
            proptest::sample::select(RejectionCode::ALL),
            proptest::option::of(of()),
            text()
        )
            .prop_map(|(code, step, text)| Event::InputRejected {
                code,
                step,
                reason: Reason {
                    code: ReasonCode::Rejected,
                    text
                }
            }),
    ]
}

/// A saga that had the plan's second step first.
fn migrated(from: u32, passed_over: bool) -> Arc<Migrated> {
    let plan = plan();
    let steps = plan.steps.iter().zip([Some(StepIndex(1)), Some(StepIndex(0)), None]);
    Arc::new(Migrated {
        from,
        to: plan.version,
        steps: steps
            .map(|(step, was)| MigratedStep {
                step: step.name.clone(),
                was,
                passed_over,
            })
            .collect(),
        defaults: vec![FieldDefault {
            path: "start.gift".into(),
            value: DefaultValue::Long(7),
        }],
    })
}

fn record(plan: &Plan, sequence: u64, event: &Event) -> SagaRecord {
    let id = SagaId::new("order-fulfilment", "eu/7%");
    SagaRecord::from_event(
        plan,
        &id,
        Sequence(sequence),
        Timestamp(5),
        &"orders.events/3/41".into(),
        event,
    )
}

fn framed(record: &SagaRecord) -> Bytes {
    let mut out = Vec::new();
    record.encode(journal_schemas().saga_event, &mut out);
    out.into()
}

/// The record under another schema's id.
fn under(id: u8, framed: &Bytes) -> Bytes {
    [&[0, 0, 0, 0, id], &framed[5..]].concat().into()
}

proptest! {
    #[test]
    fn every_event_comes_back_from_its_record(event in event(), sequence in 0..u64::MAX / 2) {
        let plan = plan();
        let record = record(&plan, sequence, &event);
        let read = journal_schemas().read(&Schemas::default(), &framed(&record)).unwrap();
        let JournalRecord::Saga(read) = read else { panic!("{read:?}") };
        prop_assert_eq!(&read, &record);
        prop_assert_eq!(read.event(&plan).unwrap(), event);
        prop_assert!(EVENT_TYPES.contains(&&*read.event_type));
    }

    #[test]
    fn a_record_of_another_schema_is_read_by_field_names(event in event()) {
        // Given a writer whose schema has its fields in the opposite order, and one more.
        let mut schema: Json = serde_json::from_str(own::SAGA_EVENT.text).unwrap();
        let fields = schema["fields"].as_array_mut().unwrap();
        fields.reverse();
        fields.insert(3, json!({"name": "extra", "type": ["null", "string"], "default": null}));
        let text = schema.to_string();
        let schemas = with(Schemas::default(), 99, &text);
        let record = record(&plan(), 4, &event);
        // When it writes what `apache_avro` reads from our record.
        let ours = apache_avro::Schema::parse_str(own::SAGA_EVENT.text).unwrap();
        let theirs = apache_avro::Schema::parse_str(&text).unwrap();
        let reader = apache_avro::reader::datum::GenericDatumReader::builder(&ours).reader_schema(&theirs).build().unwrap();
        let value = reader.read_value(&mut &framed(&record)[5..]).unwrap();
        let writer = apache_avro::writer::datum::GenericDatumWriter::builder(&theirs).build().unwrap();
        let bytes = [&[0, 0, 0, 0, 99], writer.write_value_to_vec(value).unwrap().as_slice()].concat();
        // Then it is the same record.
        let read = journal_schemas().read(&schemas, &bytes.into()).unwrap();
        prop_assert_eq!(read, JournalRecord::Saga(record));
    }
}

#[test]
fn event_ids_name_the_saga_and_the_number_or_the_cause() {
    let plan = plan();
    assert_eq!(
        record(&plan, 12, &Event::SagaResumed).event_id(),
        "order-fulfilment/eu%2F7%25/12"
    );
    let unknown = record(&plan, 0, &Event::SagaResumed);
    assert_eq!(unknown.event_id(), "order-fulfilment/eu%2F7%25/0/orders.events/3/41");
    let read = journal_schemas().read(&Schemas::default(), &framed(&unknown)).unwrap();
    assert_eq!((&*read.event_id(), read.time()), (&*unknown.event_id(), Timestamp(5)));
}

#[test]
fn an_older_writers_missing_fields_are_null() {
    // Given a writer that knew neither traces nor payloads.
    let mut schema: Json = serde_json::from_str(own::SAGA_EVENT.text).unwrap();
    schema["fields"].as_array_mut().unwrap().truncate(18);
    let schemas = with(Schemas::default(), 99, &schema.to_string());
    let record = record(&plan(), 4, &Event::SagaCompleted);
    let mut bytes = under(99, &framed(&record)).to_vec();
    bytes.truncate(bytes.len() - 15);
    let read = journal_schemas().read(&schemas, &bytes.into()).unwrap();
    assert_eq!(read, JournalRecord::Saga(record));
}

#[test]
fn our_own_text_under_another_id_is_read_too() {
    let schemas = with(Schemas::default(), 99, own::SAGA_EVENT.text);
    let record = record(&plan(), 4, &Event::SagaCompleted);
    let read = journal_schemas().read(&schemas, &under(99, &framed(&record))).unwrap();
    assert_eq!(read, JournalRecord::Saga(record));
}

#[test]
fn task_records_come_back() {
    let claimed = TaskRecord::TaskClaimed(TaskClaimed {
        event_id: "3/i".into(),
        task: 3,
        member: "m".into(),
        incarnation: "i".into(),
        time: Timestamp(1),
    });
    let advanced = TaskRecord::PositionsAdvanced(PositionsAdvanced {
        event_id: "3/i/2".into(),
        time: Timestamp(2),
        positions: Vec::new(),
        ignored: vec!["orders.events/3/0-4".into()],
    });
    for record in [claimed, advanced] {
        let mut framed = Vec::new();
        record.encode(&journal_schemas(), &mut framed);
        let read = journal_schemas().read(&Schemas::default(), &framed.into()).unwrap();
        assert_eq!(&*read.event_id(), &**record.event_id());
        assert_eq!(read, JournalRecord::Task(record));
    }
}

#[test]
fn what_is_not_understood_is_an_error_with_its_reason() {
    let (plan, schemas) = (plan(), journal_schemas());
    let mut record = record(&plan, 1, &Event::SagaCompleted);
    record.event_type = "SagaPostponed".into();
    assert_eq!(
        record.event(&plan).unwrap_err().to_string(),
        "the field 'type' holds 'SagaPostponed', which is not known here"
    );
    record.event_type = "StepRequested".into();
    assert_eq!(
        record.event(&plan).unwrap_err().to_string(),
        "an event of the type StepRequested has no 'step'"
    );
    record.step = Some("gone".into());
    assert_eq!(
        record.event(&plan).unwrap_err().to_string(),
        "version 7 of the definition 'order-fulfilment' has no step 'gone'"
    );
    let foreign = with(
        Schemas::default(),
        99,
        r#"{"type": "record", "name": "n.R", "fields": []}"#,
    );
    assert_eq!(
        schemas.read(&foreign, &Bytes::from_static(&[0, 0, 0, 0, 99])),
        Err(JournalError::Foreign("n.R".into()))
    );
    let unknown = schemas.read(&foreign, &Bytes::from_static(&[0, 0, 0, 0, 98]));
    assert_eq!(unknown, Err(JournalError::UnknownSchema(SchemaId(98))));
    assert!(matches!(
        schemas.read(&foreign, &framed(&record).slice(..20)),
        Err(JournalError::Malformed(_))
    ));
    assert!(!schemas.is_own(SchemaId(99)) && schemas.is_own(schemas.task_claimed));
}

#[test]
fn a_number_below_zero_is_refused() {
    let (plan, schemas) = (plan(), journal_schemas());
    let [one, two] = [1, 2].map(|sequence| framed(&record(&plan, sequence, &Event::SagaCompleted)));
    // The id of the event differs as well; the number itself stands behind it.
    let at = (0..one.len()).rev().find(|at| one[*at] != two[*at]).unwrap();
    let mut below = one.to_vec();
    below[at] = 1;
    let read = schemas.read(&Schemas::default(), &below.into());
    assert_eq!(read, Err(JournalError::Malformed(Malformed::Negative(-1))));
}

#[test]
fn a_payload_shares_the_bytes_that_were_read() {
    let payload = Payload {
        schema: SchemaId(1),
        bytes: vec![7; 100].into(),
    };
    let event = Event::Succeeded {
        step: StepIndex(0),
        purpose: Purpose::Forward,
        round: Round(1),
        payload,
    };
    let framed = framed(&record(&plan(), 2, &event));
    let JournalRecord::Saga(read) = journal_schemas().read(&Schemas::default(), &framed).unwrap() else {
        panic!("a saga event");
    };
    let bytes = read.payload.unwrap().bytes;
    assert!(framed.as_ptr_range().contains(&bytes.as_ptr()));
}
