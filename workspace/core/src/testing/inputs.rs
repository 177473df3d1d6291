//! Inputs in a word.

use crate::{
    Attempt, Input, LockAnswer, Parent, Payload, Purpose, Reply, ReplyResult, Round, SagaId, SchemaId, StepIndex,
    SubSagaInput, TimerKind,
};

pub(crate) fn payload(text: &str) -> Payload {
    Payload {
        schema: SchemaId(1),
        bytes: text.to_owned().into(),
    }
}

pub(crate) fn start() -> Input {
    Input::Start {
        payload: payload("order_id=o-1"),
        correlation: "c-1".into(),
        traceparent: Some("00-trace".into()),
    }
}

/// A start event with other content.
pub(crate) fn start_with(text: &str) -> Input {
    Input::Start {
        payload: payload(text),
        correlation: "c-1".into(),
        traceparent: None,
    }
}

/// The step `stay` of the saga `trip/<key>`, in this round.
pub(crate) fn parent(key: &str, round: u32) -> Parent {
    Parent {
        saga: SagaId::new("trip", key),
        step: "stay".into(),
        round: Round(round),
        depth: 1,
    }
}

/// A parent asks for the saga.
pub(crate) fn begun_by(parent: Parent) -> Input {
    Input::FromParent {
        parent,
        asks: SubSagaInput::Begin {
            payload: payload("order_id=o-1"),
            correlation: "c-1".into(),
            traceparent: None,
        },
    }
}

/// A parent takes the saga back.
pub(crate) fn taken_back_by(parent: Parent) -> Input {
    Input::FromParent {
        parent,
        asks: SubSagaInput::TakeBack,
    }
}

/// The event that a step waits for.
pub(crate) fn event(step: StepIndex) -> Input {
    Input::Event {
        step,
        payload: payload("gate=7"),
    }
}

pub(crate) fn decide(step: StepIndex, option: &str) -> Input {
    Input::Decide {
        step,
        option: option.into(),
        by: "ann".into(),
        note: Some("I looked".into()),
    }
}

pub(crate) fn granted(step: StepIndex, round: u32) -> Input {
    lock(step, round, LockAnswer::Granted)
}

pub(crate) fn lock(step: StepIndex, round: u32, answer: LockAnswer) -> Input {
    Input::Lock {
        step,
        round: Round(round),
        answer,
    }
}

/// An item of a step.
pub(crate) fn item(step: StepIndex, number: u16) -> StepIndex {
    step.of_item(number).expect("it is a step, and the number is small")
}

pub(crate) fn cancel() -> Input {
    Input::Cancel {
        payload: payload("order_id=o-1"),
    }
}

pub(crate) fn resume(step: Option<StepIndex>) -> Input {
    Input::Resume { step, payload: None }
}

pub(crate) fn deadline() -> Input {
    Input::Timer(TimerKind::Deadline)
}

fn reply(step: StepIndex, purpose: Purpose, result: ReplyResult, round: Option<u32>, text: &str) -> Input {
    Input::Reply(Reply {
        step,
        purpose,
        result,
        round: round.map(Round),
        payload: payload(text),
    })
}

pub(crate) fn done(step: StepIndex, round: u32) -> Input {
    reply(
        step,
        Purpose::Forward,
        ReplyResult::Succeeded,
        Some(round),
        "reservation=r-1",
    )
}

/// A success without headers.
pub(crate) fn done_plainly(step: StepIndex) -> Input {
    reply(step, Purpose::Forward, ReplyResult::Succeeded, None, "reservation=r-1")
}

pub(crate) fn refused(step: StepIndex, round: u32) -> Input {
    refused_with(step, round, "code=NO_FUNDS;reason=the account is empty")
}

pub(crate) fn refused_with(step: StepIndex, round: u32, text: &str) -> Input {
    reply(step, Purpose::Forward, ReplyResult::Failed, Some(round), text)
}

/// A failure without headers.
pub(crate) fn refused_plainly(step: StepIndex) -> Input {
    reply(step, Purpose::Forward, ReplyResult::Failed, None, "code=NO_FUNDS")
}

pub(crate) fn undone(step: StepIndex, round: u32) -> Input {
    reply(step, Purpose::Compensation, ReplyResult::Succeeded, Some(round), "")
}

pub(crate) fn undone_plainly(step: StepIndex) -> Input {
    reply(step, Purpose::Compensation, ReplyResult::Succeeded, None, "")
}

pub(crate) fn undo_refused(step: StepIndex, round: u32) -> Input {
    reply(
        step,
        Purpose::Compensation,
        ReplyResult::Failed,
        Some(round),
        "code=LOCKED",
    )
}

pub(crate) fn undo_refused_plainly(step: StepIndex) -> Input {
    reply(step, Purpose::Compensation, ReplyResult::Failed, None, "code=LOCKED")
}

pub(crate) fn timed_out(step: StepIndex, attempt: u32) -> Input {
    Input::Timer(TimerKind::Timeout {
        step,
        purpose: Purpose::Forward,
        attempt: Attempt(attempt),
    })
}

pub(crate) fn undo_timed_out(step: StepIndex, attempt: u32) -> Input {
    Input::Timer(TimerKind::Timeout {
        step,
        purpose: Purpose::Compensation,
        attempt: Attempt(attempt),
    })
}

pub(crate) fn retry(step: StepIndex, attempt: u32) -> Input {
    Input::Timer(TimerKind::Retry {
        step,
        purpose: Purpose::Forward,
        attempt: Attempt(attempt),
    })
}

pub(crate) fn undo_retry(step: StepIndex, attempt: u32) -> Input {
    Input::Timer(TimerKind::Retry {
        step,
        purpose: Purpose::Compensation,
        attempt: Attempt(attempt),
    })
}
