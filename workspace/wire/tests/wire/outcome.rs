//! Outcomes, made from states and read back.

use palinode_core::{
    Attempt, Direction, Outcome, Payload, Reason, ReasonCode, Request, RequestStatus, Round, SagaId, SagaState,
    SchemaId, Sequence, StepState, Timestamp, Value,
};
use palinode_wire::{
    Schemas,
    outcome::{Attribute, OutcomeRecord, STAGE_STATUSES},
};

use crate::support::{plan, text};

fn request(status: RequestStatus, attempt: u32) -> Request {
    Request {
        status,
        attempt: Attempt(attempt),
        round: Round(attempt.min(1)),
        requested_at: Some(Timestamp(10)),
        answered_at: Some(Timestamp(20)),
        ..Request::default()
    }
}

fn state() -> SagaState {
    let taken_back = StepState {
        forward: request(RequestStatus::Succeeded, 2),
        compensation: Request {
            answered_at: Some(Timestamp(30)),
            ..request(RequestStatus::Succeeded, 1)
        },
        ..StepState::default()
    };
    let failed = StepState {
        forward: request(RequestStatus::Failed, 1),
        ..StepState::default()
    };
    SagaState {
        id: SagaId::new("order-fulfilment", "eu/7"),
        version: 7,
        sequence: Sequence(11),
        started_at: Timestamp(5),
        changed_at: Timestamp(30),
        deadline_at: None,
        correlation: "c-1".into(),
        traceparent: None,
        start: Payload {
            schema: SchemaId(1),
            bytes: Default::default(),
        },
        direction: Direction::Forward,
        suspended: None,
        steps: vec![taken_back, failed],
        expansions: Vec::new(),
        parent: None,
        moved: None,
    }
}

fn outcome(values: &[Value]) -> Result<OutcomeRecord, palinode_wire::typed::Error> {
    let reason = Reason::new(ReasonCode::StepFailed, "no stock");
    let end = Timestamp(31);
    OutcomeRecord::new(
        &plan(),
        &state(),
        Sequence(12),
        end,
        Outcome::Compensated,
        Some(&reason),
        values,
    )
}

#[test]
fn an_outcome_tells_what_became_of_each_step() {
    let record = outcome(&[Value::Long(500), Value::Boolean(true)]).unwrap();
    assert_eq!(&*record.event_id, "order-fulfilment/eu%2F7/12");
    assert_eq!(
        (&*record.outcome, record.reason_code.as_deref()),
        ("COMPENSATED", Some("STEP_FAILED"))
    );
    let [payment, stock] = record.stages.as_slice() else {
        panic!("two stages")
    };
    assert_eq!(
        (&*payment.status, payment.attempts, payment.compensated_at),
        ("COMPENSATED", Attempt(2), Some(Timestamp(30)))
    );
    assert_eq!(
        (&*stock.status, stock.compensation_attempts, stock.compensated_at),
        ("FAILED", Attempt(0), None)
    );
    assert!(
        record
            .stages
            .iter()
            .all(|stage| STAGE_STATUSES.contains(&&*stage.status))
    );
    assert_eq!(record.attributes["total"], Attribute::Long(500));
}

#[test]
fn an_outcome_comes_back_from_its_bytes() {
    let codec = OutcomeRecord::codec(SchemaId(7)).unwrap();
    for values in [
        [Value::Long(i64::MIN), Value::Boolean(false)],
        [Value::Null, text("yes")],
        [Value::Double(0.25), Value::Double(3.0)],
    ] {
        let record = outcome(&values).unwrap();
        let mut framed = Vec::new();
        record.encode(&codec, &mut framed).unwrap();
        assert_eq!(OutcomeRecord::decode(&codec, &framed, &Schemas::default()), Ok(record));
    }
}

#[test]
fn a_field_that_analysts_cannot_take_is_refused_by_name() {
    let error = outcome(&[Value::List(Vec::new()), Value::Null]).unwrap_err();
    assert!(error.to_string().contains("'total'"), "{error}");
}
