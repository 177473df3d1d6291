//! Questions to people, and their answers.

use std::sync::Arc;

use crate::{
    Action, Attempt, Decision, DecisionOption, DecisionPlan, Event, Purpose, RejectionCode, RequestStatus, StepIndex,
    limits, reason::cut, reasons,
};

use super::{Draft, advance::advance, failure};

/// Asks.
pub(super) fn ask(draft: &mut Draft<'_>, step: StepIndex, question: &DecisionPlan) {
    let due = draft.context.now.plus(question.deadline);
    draft.push(Event::DecisionAsked { step, due });
}

/// Nobody decided in time, when it is `attempt` that waits: the default counts.
pub(super) fn time_out(draft: &mut Draft<'_>, step: StepIndex, attempt: Attempt, question: &DecisionPlan) {
    if draft.is_pending(step, attempt)
        && let Some(option) = question.options.get(question.default)
    {
        decided(draft, step, option, None, None);
    }
}

/// Somebody decides. It counts while the question is open, and when the saga waits because of an earlier answer to it.
pub(super) fn decide(
    draft: &mut Draft<'_>,
    step: StepIndex,
    option: &Arc<str>,
    by: &Arc<str>,
    note: Option<&Arc<str>>,
) {
    let named = Some((step, Purpose::Forward));
    if !draft.is_open_for(named) {
        return;
    }
    let plan = draft.plan();
    let is_asked = draft
        .request_of(step, Purpose::Forward)
        .is_some_and(|request| match request.status {
            RequestStatus::Pending { .. } => true,
            RequestStatus::Failed => draft.waits_for(step, Purpose::Forward),
            _ => false,
        });
    let question = match &plan.steps.get(step.template().at()).map(|step| &step.action) {
        Some(Action::Decision(question)) if is_asked => question,
        _ => return draft.reject(RejectionCode::NotAwaited, named),
    };
    match question.option(option) {
        Some(option) => decided(draft, step, option, Some(by), note),
        None => draft.reject(RejectionCode::UnknownOption, named),
    }
}

fn decided(
    draft: &mut Draft<'_>,
    step: StepIndex,
    option: &DecisionOption,
    by: Option<&Arc<str>>,
    note: Option<&Arc<str>>,
) {
    let short = |text: &Arc<str>| cut(text, limits::DECISION_TEXT_BYTES_MAX).into();
    let decision = Decision {
        option: Arc::clone(&option.name),
        by: by.map(short),
        note: note.map(short),
    };
    draft.push(Event::DecisionMade {
        step,
        decision: decision.clone(),
        fails: option.fails,
    });
    if option.fails {
        let reason = reasons::decided_against(draft.plan(), step, &decision);
        failure::failed_for_good(draft, step, reason);
    } else {
        draft.resume_after(step, Purpose::Forward);
        advance(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Direction, Input, StepIndex, limits, testing::*};

    fn asking() -> crate::Plan {
        plan([
            step("payment").compensated(),
            step("approval").after(&[0]).decides(),
            step("packing").after(&[1]),
        ])
        .commanding(PACKING, Field("steps.approval.decision"))
    }

    #[test]
    fn a_person_decides_for_and_the_saga_goes_on() {
        let mut story = Story::of(asking()).given([start()]);
        assert_eq!(story.when(&decide(STOCK, "approve")), ["rejected: NOT_AWAITED"]);
        assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded payment 1", "asked approval"]);
        assert_eq!(story.when(&decide(STOCK, "perhaps")), ["rejected: UNKNOWN_OPTION"]);
        assert_eq!(
            story.when(&decide(STOCK, "approve")),
            ["ann decided approve for approval", "requested packing 1/1"]
        );
        assert_eq!(story.sent(), ["approve"]);
        assert_eq!(story.when(&decide(STOCK, "reject")), ["rejected: NOT_AWAITED"]);
    }

    #[test]
    fn a_person_decides_against_and_the_saga_turns_back_for_their_reason() {
        let mut story = Story::of(asking()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&decide(STOCK, "reject")),
            [
                "ann decided reject for approval",
                "turned back: DECIDED_AGAINST",
                "requested undo-payment 1/1"
            ]
        );
        let Direction::Backward(reason) = &story.state().direction else {
            panic!("it goes back")
        };
        assert_eq!(
            reason.text.as_ref(),
            "'reject' was decided for step 'approval' by ann: I looked"
        );
    }

    #[test]
    fn nobody_decides_and_the_default_counts() {
        let mut story = Story::of(asking()).given([start(), done(PAYMENT, 1)]);
        assert!(story.when(&timed_out(STOCK, 0)).is_empty());
        assert_eq!(
            story.when(&timed_out(STOCK, 1))[..2],
            ["nobody decided reject for approval", "turned back: DECIDED_AGAINST"]
        );
    }

    #[test]
    fn after_the_pivot_a_decision_against_is_waited_on_and_can_be_changed() {
        let plan = plan([step("shipment").pivot(), step("approval").after(&[0]).decides()]);
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&decide(STOCK, "reject")),
            [
                "ann decided reject for approval",
                "suspended on approval: DECIDED_AGAINST"
            ]
        );
        assert_eq!(
            story.when(&decide(STOCK, "approve")),
            ["ann decided approve for approval", "resumed", "completed"]
        );
    }

    #[test]
    fn who_decided_and_why_is_cut_at_a_limit() {
        let mut story = Story::of(asking()).given([start(), done(PAYMENT, 1)]);
        story.when(&Input::Decide {
            step: STOCK,
            option: "approve".into(),
            by: "é".repeat(600).into(),
            note: None,
        });
        let decision = story.state().step(STOCK).decision.clone().unwrap();
        assert_eq!(decision.by.unwrap().len(), limits::DECISION_TEXT_BYTES_MAX);
    }

    #[test]
    fn a_decision_on_what_is_no_question_is_refused() {
        let mut story = Story::of(asking());
        assert_eq!(story.when(&decide(STOCK, "approve")), ["rejected: UNKNOWN_SAGA"]);
        story.when(&start());
        for other in [PAYMENT, StepIndex(9), item(PAYMENT, 1)] {
            assert_eq!(story.when(&decide(other, "approve")), ["rejected: NOT_AWAITED"]);
        }
    }
}
