//! The sentences of the reasons that the core gives, in one place.

use crate::{
    Context, Decision, EvaluationError, FieldName, Parent, Payload, Plan, Purpose, Reason, ReasonCode, RejectionCode,
    SagaId, StepIndex, Value, limits,
};

pub(crate) fn cancelled() -> Reason {
    Reason::new(ReasonCode::Cancelled, "a wish to cancel was accepted")
}

pub(crate) fn deadline_passed() -> Reason {
    Reason::new(ReasonCode::DeadlinePassed, "the deadline passed")
}

/// A participant refused; its own words are added when the reply has the text fields `reason` or `code`.
pub(crate) fn step_failed(context: Context<'_>, step: StepIndex, purpose: Purpose, reply: &Payload) -> Reason {
    Reason::new(ReasonCode::StepFailed, refusal(context, step, purpose, reply))
}

pub(crate) fn attempts_exhausted(context: Context<'_>, step: StepIndex, purpose: Purpose, reply: &Payload) -> Reason {
    let refusal = refusal(context, step, purpose, reply);
    Reason::new(ReasonCode::AttemptsExhausted, format!("{refusal}; no attempt is left"))
}

/// Like [`attempts_exhausted`], when the last reply is no longer at hand.
pub(crate) fn no_attempt_left(plan: &Plan, step: StepIndex, purpose: Purpose) -> Reason {
    let subject = subject(plan, step, purpose);
    Reason::new(
        ReasonCode::AttemptsExhausted,
        format!("{subject} was refused; no attempt is left"),
    )
}

pub(crate) fn outcome_unknown(plan: &Plan, step: StepIndex, purpose: Purpose) -> Reason {
    let subject = subject(plan, step, purpose);
    Reason::new(
        ReasonCode::OutcomeUnknown,
        format!("{subject} has had no answer and may have been done; no attempt is left"),
    )
}

pub(crate) fn expression_failed(error: &EvaluationError) -> Reason {
    Reason::new(ReasonCode::ExpressionFailed, error.to_string())
}

pub(crate) fn wait_timed_out(plan: &Plan, step: StepIndex) -> Reason {
    let subject = subject(plan, step, Purpose::Forward);
    Reason::new(
        ReasonCode::WaitTimedOut,
        format!("the event that {subject} waits for did not come in time"),
    )
}

pub(crate) fn lock_timed_out(plan: &Plan, step: StepIndex) -> Reason {
    let subject = subject(plan, step, Purpose::Forward);
    Reason::new(
        ReasonCode::LockTimedOut,
        format!("the lock that {subject} waits for did not come free in time"),
    )
}

pub(crate) fn lock_queue_full(plan: &Plan, step: StepIndex) -> Reason {
    let subject = subject(plan, step, Purpose::Forward);
    Reason::new(
        ReasonCode::LockQueueFull,
        format!(
            "{} wait already for the lock that {subject} asks for",
            limits::LOCK_QUEUE_MAX
        ),
    )
}

pub(crate) fn lock_asked_again() -> Reason {
    Reason::new(ReasonCode::Rejected, "the request has been made already")
}

pub(crate) fn lock_not_held() -> Reason {
    Reason::new(ReasonCode::Rejected, "it neither holds the lock nor waits for it")
}

/// Says who decided, and what they noted.
pub(crate) fn decided_against(plan: &Plan, step: StepIndex, decision: &Decision) -> Reason {
    let Decision { option, by, note } = decision;
    let subject = subject(plan, step, Purpose::Forward);
    let mut text = match by {
        Some(by) => format!("'{option}' was decided for {subject} by {by}"),
        None => format!("nobody decided {subject} in time, and '{option}' is the default"),
    };
    if let Some(note) = note {
        text.push_str(": ");
        text.push_str(note);
    }
    Reason::new(ReasonCode::DecidedAgainst, text)
}

pub(crate) fn taken_back(parent: &Parent) -> Reason {
    let Parent { saga, step, .. } = parent;
    Reason::new(
        ReasonCode::TakenBack,
        format!("the saga '{saga}' takes back its step '{step}'"),
    )
}

pub(crate) fn key_taken(id: &SagaId) -> Reason {
    Reason::new(
        ReasonCode::Rejected,
        format!("there is a saga '{id}' already, which is no sub-saga of this step"),
    )
}

pub(crate) fn sub_saga_forgotten(id: &SagaId) -> Reason {
    Reason::new(
        ReasonCode::Rejected,
        format!("the sub-saga '{id}' is not known, or no longer: what it did cannot be taken back"),
    )
}

pub(crate) fn sub_saga_past_pivot(id: &SagaId) -> Reason {
    Reason::new(
        ReasonCode::Rejected,
        format!("the sub-saga '{id}' was completed past its pivot: it cannot be taken back"),
    )
}

pub(crate) fn items_unusable(plan: &Plan, step: StepIndex, list: &str, problem: &str) -> Reason {
    let subject = subject(plan, step, Purpose::Forward);
    Reason::new(
        ReasonCode::ExpressionFailed,
        format!("the items '{list}' of {subject}: {problem}"),
    )
}

pub(crate) fn late_success(plan: &Plan, step: StepIndex) -> Reason {
    Reason::new(
        ReasonCode::LateSuccess,
        format!(
            "{} was done after its compensation had been answered",
            subject(plan, step, Purpose::Forward)
        ),
    )
}

/// The reason of a rejection; a success that belongs to no known saga is told apart, because somebody has to look.
pub(crate) fn rejected(code: RejectionCode) -> Reason {
    let text = match code {
        RejectionCode::DuplicateStart => "the saga has started already",
        RejectionCode::DuplicateReply => "the reply repeats one that was taken",
        RejectionCode::StaleReply => "the reply answers an older round",
        RejectionCode::NeverRequested => "the reply answers a command that was never sent",
        RejectionCode::ContradictoryReply => "the reply says the opposite of one that was taken",
        RejectionCode::UnknownSaga => "no saga with this key is known",
        RejectionCode::SagaClosed => "the saga has ended",
        RejectionCode::CancelAfterPivot => "the pivot may have been done: the saga can only go on",
        RejectionCode::CancelWindowClosed => "the saga is past the step until which it can be cancelled",
        RejectionCode::NotAwaited => "the saga does not wait for this, not yet or no longer",
        RejectionCode::UnknownOption => "the decision is none of the options",
        RejectionCode::AlreadyCancelled => "the saga is cancelled or being compensated already",
        RejectionCode::NestedTooDeep => {
            let text = format!("more than {} sagas stand above this one", limits::SUB_SAGA_DEPTH_MAX);
            return Reason::new(ReasonCode::Rejected, text);
        }
        RejectionCode::CannotBeTakenBack => "the saga is past its pivot and cannot be taken back",
        RejectionCode::NotSuspended => "the saga does not wait for this",
        RejectionCode::CannotMigrate => "the saga cannot go on with that version",
        RejectionCode::AlreadyMigrated => "the saga follows that version already",
    };
    Reason::new(ReasonCode::Rejected, text)
}

pub(crate) fn success_of_unknown_saga() -> Reason {
    Reason::new(
        ReasonCode::LateSuccess,
        "a step was done for a saga that is not known; nobody will take it back",
    )
}

pub(crate) fn success_of_given_up(plan: &Plan, step: StepIndex) -> Reason {
    let subject = subject(plan, step, Purpose::Forward);
    Reason::new(
        ReasonCode::LateSuccess,
        format!("{subject} was done after it was given up and the saga was completed; nobody will take it back"),
    )
}

fn subject(plan: &Plan, step: StepIndex, purpose: Purpose) -> String {
    let name = plan.step_name(step);
    match purpose {
        Purpose::Forward => format!("step '{name}'"),
        Purpose::Compensation => format!("the compensation of step '{name}'"),
    }
}

fn refusal(context: Context<'_>, step: StepIndex, purpose: Purpose, reply: &Payload) -> String {
    let subject = subject(context.plan, step, purpose);
    match (text_field(context, reply, "reason"), text_field(context, reply, "code")) {
        (Some(reason), Some(code)) => format!("{subject} was refused: {reason} ({code})"),
        (Some(words), None) | (None, Some(words)) => format!("{subject} was refused: {words}"),
        (None, None) => format!("{subject} was refused"),
    }
}

/// A courtesy: a reply that cannot be read, or has no such field, adds no words.
fn text_field(context: Context<'_>, reply: &Payload, name: &str) -> Option<String> {
    match context.decoder.value(reply, &[FieldName::from(name)]) {
        Ok(Some(Value::String(text))) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Context, Purpose, Timestamp, testing::*};

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_participant() {
        let plan = order();
        let context = Context {
            plan: &plan,
            decoder: &Text,
            now: Timestamp(0),
        };
        let text = |reply| {
            super::step_failed(context, PAYMENT, Purpose::Forward, &payload(reply))
                .text
                .to_string()
        };
        assert_eq!(text(""), "step 'payment' was refused");
        assert_eq!(text("code=NO_FUNDS"), "step 'payment' was refused: NO_FUNDS");
        assert_eq!(
            text("reason=no money;code=NO_FUNDS"),
            "step 'payment' was refused: no money (NO_FUNDS)"
        );
    }
}
