//! Cores with a mistake: each is found, as what it is.
//!
//! A mutant changes what the real core decided, and folds its own events, so that its state is what its journal says.

#[path = "../common/mod.rs"]
mod common;
mod mutant;

use common::{plan, proved};
use mutant::{
    PACKING, PAYMENT, STOCK, command, explored, is_compensation_of, is_found, reason, requested,
    requests_compensation_of, shop,
};
use palinode_core::{
    Context, Effect, Event, Input, Purpose, Reason, ReasonCode, RejectionCode, Round, Saga, SagaId, StepIndex,
    Transition, transition,
};
use palinode_verify::{Core, Rule, Settings, verify_with};

#[test]
fn the_real_core_is_proved() {
    let report = explored(true, |_| ());
    proved(&report);
}

#[test]
fn a_compensation_that_is_forgotten_leaves_the_saga_waiting_for_nothing() {
    is_found(Rule::Stuck, |decision| {
        decision.events.retain(|event| !requests_compensation_of(event, STOCK));
        decision.effects.retain(|effect| !is_compensation_of(effect, STOCK));
    });
}

#[test]
fn a_saga_that_ends_before_its_compensations_leaves_a_step_done() {
    is_found(Rule::LeftDone, |decision| {
        let goes_back = decision
            .events
            .iter()
            .any(|event| matches!(event, Event::CompensationStarted { .. }));
        let is_open = matches!(decision.after, Some(Saga::Open(_)));
        if goes_back && is_open {
            decision
                .events
                .retain(|event| !matches!(event, Event::Requested { .. }));
            decision.effects.clear();
            decision.events.push(Event::SagaCompensated { reason: reason() });
        }
    });
}

#[test]
fn a_late_success_that_is_ignored_leaves_a_step_done() {
    is_found(Rule::LeftDone, |decision| {
        if decision
            .events
            .iter()
            .any(|event| matches!(event, Event::SagaReopened { .. }))
        {
            decision.effects.clear();
            decision.events = vec![Event::InputRejected {
                code: RejectionCode::SagaClosed,
                step: None,
                reason: reason(),
            }];
        }
    });
}

#[test]
fn a_command_after_the_end_is_seen() {
    is_found(Rule::CommandAfterEnd, |decision| {
        if matches!(decision.before, Some(Saga::Closed(_))) && matches!(decision.input, Input::Reply(_)) {
            decision.effects.push(command(PAYMENT, Purpose::Forward, 1));
        }
    });
}

#[test]
fn compensations_in_forward_order_are_seen() {
    is_found(Rule::CompensationOrder, |decision| {
        for event in &mut decision.events {
            if let Event::Requested {
                step,
                purpose: Purpose::Compensation,
                round,
                ..
            } = event
                && *step == PACKING
                && *round == Round(1)
            {
                *step = PAYMENT;
            }
        }
        for effect in &mut decision.effects {
            if let Effect::Command {
                step,
                purpose: Purpose::Compensation,
                round,
                ..
            } = effect
                && *step == PACKING
                && *round == Round(1)
            {
                *step = PAYMENT;
            }
        }
    });
}

#[test]
fn a_new_id_after_a_time_out_is_seen() {
    is_found(Rule::AskedUnderNewId, |decision| {
        if decision
            .events
            .iter()
            .any(|event| matches!(event, Event::TimedOut { .. }))
        {
            for event in &mut decision.events {
                if let Event::RetryScheduled { round, .. } = event {
                    round.0 += 1;
                }
            }
        }
    });
}

#[test]
fn a_cancellation_after_the_pivot_is_seen() {
    is_found(Rule::BackAfterPivot, |decision| {
        let is_open = matches!(decision.before, Some(Saga::Open(_)));
        let is_refused = decision.events.iter().any(|event| {
            matches!(
                event,
                Event::InputRejected {
                    code: RejectionCode::CancelAfterPivot,
                    ..
                }
            )
        });
        if is_open && is_refused {
            decision.events = vec![
                Event::CancellationAccepted,
                Event::CompensationStarted { reason: reason() },
            ];
        }
    });
}

#[test]
fn a_saga_that_completes_before_a_step_is_done_is_seen() {
    is_found(Rule::CompletedEarly, |decision| {
        let asks_last = decision.events.iter().any(|event| {
            matches!(
                event,
                Event::Requested {
                    step: StepIndex(4),
                    purpose: Purpose::Forward,
                    ..
                }
            )
        });
        if asks_last && matches!(decision.after, Some(Saga::Open(_))) {
            decision.events.push(Event::SagaCompleted);
        }
    });
}

#[test]
fn attempts_without_end_are_seen() {
    is_found(Rule::Endless, |decision| {
        let Some(place) = decision
            .events
            .iter()
            .position(|event| matches!(event, Event::TimedOut { .. }))
        else {
            return;
        };
        let Event::TimedOut {
            step, purpose, round, ..
        } = decision.events[place]
        else {
            return;
        };
        let is_retried = decision
            .events
            .iter()
            .any(|event| matches!(event, Event::RetryScheduled { .. }));
        if !is_retried {
            decision.events.truncate(place + 1);
            decision.effects.clear();
            decision.events.push(Event::RetryScheduled {
                step,
                purpose,
                round,
                at: palinode_core::Timestamp(1),
            });
        }
    });
}

#[test]
fn a_suspension_without_a_reason_is_seen() {
    is_found(Rule::NoReason, |decision| {
        for event in &mut decision.events {
            if let Event::SagaSuspended { reason, .. } = event {
                *reason = Reason::new(ReasonCode::OutcomeUnknown, "");
            }
        }
    });
}

#[test]
fn a_saga_that_nobody_can_resume_is_seen() {
    is_found(Rule::NoWayOut, |decision| {
        if matches!(decision.input, Input::Resume { .. } | Input::Cancel { .. })
            || matches!(decision.input, Input::Reply(_)) && decision.events.contains(&Event::SagaResumed)
        {
            decision.effects.clear();
            decision.events.clear();
        }
        decision.events.retain(|event| !matches!(event, Event::DeadlinePassed));
    });
}

#[test]
fn a_duplicate_that_changes_something_is_seen() {
    is_found(Rule::NotIdempotent, |decision| {
        for event in &mut decision.events {
            if matches!(
                event,
                Event::InputRejected {
                    code: RejectionCode::DuplicateReply,
                    ..
                }
            ) {
                *event = Event::DeadlinePassed;
            }
        }
    });
}

#[test]
fn a_refusal_of_an_earlier_request_that_is_taken_is_seen() {
    is_found(Rule::NotIdempotent, |decision| {
        for event in &mut decision.events {
            if let Event::InputRejected {
                code: RejectionCode::StaleReply,
                ..
            } = event
            {
                *event = Event::CompensationStarted { reason: reason() };
            }
        }
    });
}

#[test]
fn a_second_start_that_is_taken_is_seen() {
    is_found(Rule::NotIdempotent, |decision| {
        for event in &mut decision.events {
            if let Event::InputRejected {
                code: RejectionCode::DuplicateStart,
                ..
            } = event
            {
                *event = Event::SagaResumed;
            }
        }
    });
}

#[test]
fn a_second_compensation_is_seen() {
    is_found(Rule::CompensatedTwice, |decision| {
        let undone = decision.events.iter().find_map(|event| match event {
            Event::Succeeded {
                step,
                purpose: Purpose::Compensation,
                round,
                ..
            } => Some((*step, round.0 + 1)),
            _ => None,
        });
        if let (Some((step, round)), Some(Saga::Open(_))) = (undone, &decision.after) {
            decision.events.push(requested(step, Purpose::Compensation, round));
            decision.effects.push(command(step, Purpose::Compensation, round));
        }
    });
}

#[test]
fn a_compensation_of_what_was_never_asked_for_is_seen() {
    is_found(Rule::CompensatedNeedlessly, |decision| {
        let turns = decision
            .events
            .iter()
            .any(|event| matches!(event, Event::CompensationStarted { .. }));
        if turns && matches!(decision.after, Some(Saga::Open(_))) {
            decision.events.push(requested(PACKING, Purpose::Compensation, 1));
            decision.effects.push(command(PACKING, Purpose::Compensation, 1));
        }
    });
}

#[test]
fn a_step_that_is_asked_for_on_the_way_back_is_seen() {
    is_found(Rule::AskedOnTheWayBack, |decision| {
        let turns = decision
            .events
            .iter()
            .any(|event| matches!(event, Event::CompensationStarted { .. }));
        if turns && matches!(decision.after, Some(Saga::Open(_))) {
            decision.events.push(requested(PACKING, Purpose::Forward, 1));
            decision.effects.push(command(PACKING, Purpose::Forward, 1));
        }
    });
}

#[test]
fn a_step_that_is_asked_for_too_early_is_seen() {
    is_found(Rule::AskedTooEarly, |decision| {
        if decision
            .events
            .iter()
            .any(|event| matches!(event, Event::SagaStarted { .. }))
            && matches!(decision.after, Some(Saga::Open(_)))
        {
            decision.events.push(requested(PACKING, Purpose::Forward, 1));
            decision.effects.push(command(PACKING, Purpose::Forward, 1));
        }
    });
}

#[test]
fn an_end_without_an_outcome_record_is_seen() {
    is_found(Rule::OutcomeRecord, |decision| {
        decision
            .effects
            .retain(|effect| !matches!(effect, Effect::Outcome { .. }));
    });
}

#[test]
fn a_state_that_is_not_in_the_journal_is_seen() {
    struct Forgetful;
    impl Core for Forgetful {
        fn transition(&self, context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition {
            let mut right = transition(context, id, saga, input);
            if let (Some(Saga::Open(state)), Input::Start { .. }) = (&mut right.saga, input) {
                state.deadline_at = None;
            }
            right
        }
    }
    let report = verify_with(&Forgetful, plan(&shop()), Settings::default());
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.rule == Rule::NotReplayable),
        "{report}"
    );
}
