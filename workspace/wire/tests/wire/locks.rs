//! Events of locks as records, and what events say to somebody else.

use bytes::Bytes;
use palinode_core::{
    Event, LockAnswer, LockEvent, LockInput, LockRequest, Reason, ReasonCode, Round, SagaId, Sequence, StepIndex,
    Timestamp,
};
use palinode_wire::{
    Schemas,
    journal::{EVENT_TYPES, JournalRecord, SagaRecord, Told},
};

use crate::support::{journal_schemas, plan};

fn request() -> LockRequest {
    LockRequest {
        saga: SagaId::new("booking", "eu/7%"),
        step: "seat".into(),
        round: Round(2),
    }
}

fn record(event: &LockEvent) -> SagaRecord {
    let (key, cause) = ("seat/7".into(), "palinode.inbox/3/41".into());
    SagaRecord::from_lock_event(&key, Sequence(4), Timestamp(5), &cause, event)
}

#[test]
fn every_event_of_a_lock_comes_back_from_its_record() {
    let (request, reason) = (request(), Reason::new(ReasonCode::Rejected, "it waits already"));
    let all = [
        LockEvent::Taken {
            request: request.clone(),
        },
        LockEvent::Awaited {
            request: request.clone(),
            place: 3,
        },
        LockEvent::Overfull {
            request: request.clone(),
        },
        LockEvent::Left {
            request: request.clone(),
        },
        LockEvent::Rejected { request, reason },
    ];
    for event in all {
        let record = record(&event);
        let mut framed = Vec::new();
        record.encode(journal_schemas().saga_event, &mut framed);
        let read = journal_schemas()
            .read(&Schemas::default(), &Bytes::from(framed))
            .unwrap();
        assert_eq!(read, JournalRecord::Saga(record.clone()));
        assert_eq!(record.lock_event().unwrap(), event);
        assert!(record.is_of_lock() && EVENT_TYPES.contains(&&*record.event_type));
        assert_eq!(record.event_id(), "palinode.lock/seat%2F7/4");
    }
}

#[test]
fn a_lock_tells_the_saga_that_asked() {
    let told = |event: &LockEvent| record(event).told();
    let request = request();
    let answered = |answer| {
        Some(Told::Saga {
            id: SagaId::new("booking", "eu/7%"),
            step: "seat".into(),
            round: Round(2),
            answer,
        })
    };
    let taken = LockEvent::Taken {
        request: request.clone(),
    };
    assert_eq!(told(&taken), answered(LockAnswer::Granted));
    assert_eq!(told(&taken).unwrap().key(), "eu/7%");
    let awaited = LockEvent::Awaited {
        request: request.clone(),
        place: 3,
    };
    assert_eq!(told(&awaited), answered(LockAnswer::Queued { place: 3 }));
    let overfull = LockEvent::Overfull {
        request: request.clone(),
    };
    assert_eq!(told(&overfull), answered(LockAnswer::Full));
    assert_eq!(told(&LockEvent::Left { request }), None);
}

#[test]
fn a_saga_tells_the_lock_that_it_asks_for() {
    let told = |event: &Event| {
        let id = SagaId::new("booking", "b-1");
        let cause = "orders.events/3/41".into();
        SagaRecord::from_event(&plan(), &id, Sequence(2), Timestamp(5), &cause, event).told()
    };
    let step = StepIndex(1);
    let request = LockRequest {
        saga: SagaId::new("booking", "b-1"),
        step: plan().step_name(step),
        round: Round(1),
    };
    let says = |input| {
        Some(Told::Lock {
            key: "seat/7".into(),
            input,
        })
    };
    let asked = Event::LockAsked {
        step,
        round: Round(1),
        lock: "seat/7".into(),
        due: Timestamp(9),
    };
    assert_eq!(told(&asked), says(LockInput::Ask(request.clone())));
    let released = Event::LockReleased {
        step,
        round: Round(1),
        lock: "seat/7".into(),
    };
    assert_eq!(told(&released), says(LockInput::LetGo(request.clone())));
    let missed = |code| Event::LockMissed {
        step,
        round: Round(1),
        lock: "seat/7".into(),
        fails: true,
        reason: Reason::new(code, "it did not come free"),
    };
    assert_eq!(told(&missed(ReasonCode::LockTimedOut)), says(LockInput::LetGo(request)));
    assert_eq!(told(&missed(ReasonCode::LockQueueFull)), None, "it never waited");
    assert_eq!(told(&Event::LockGranted { step }), None);
}
