//! One input, from decision to effects.

use crate::{
    Context, Effect, Event, Input, Reason, Saga, SagaId,
    decide::{Draft, Sending, command},
    reasons,
};

/// What one input leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What has to be sent, in order.
    pub effects: Vec<Effect>,
    /// The state after it; `None` when still nothing is known of the saga.
    pub saga: Option<Saga>,
}

/// Decides on `input`, folds the events into the state, and gathers the effects. When an expression has no value the
/// saga is suspended with that reason instead, as [`transition_refused`] does, and nothing of the first decision
/// remains.
pub fn transition(context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition {
    let mut draft = Draft::new(context, id, saga.cloned(), Sending::Everything);
    command(&mut draft, input);
    draft
        .into_transition()
        .unwrap_or_else(|error| transition_refused(context, id, saga, input, &reasons::expression_failed(&error)))
}

/// What `input` leads to when what its transition wanted to send is refused, for `reason`: it has no value, cannot be
/// encoded, or the broker does not take it.
///
/// The input's own events are recorded (a reply, a time-out, turning back), but nothing is asked of a participant and
/// the saga does not end: it is suspended, unless the input itself is only refused. Once resumed it goes on from its state, so that what was to be sent is sent
/// then. `saga` is the state before the input.
///
/// The only effects are emissions; those without a value are left out, and the caller may leave out any of them.
pub fn transition_refused(
    context: Context<'_>,
    id: &SagaId,
    saga: Option<&Saga>,
    input: &Input,
    reason: &Reason,
) -> Transition {
    let mut draft = Draft::new(context, id, saga.cloned(), Sending::Held);
    command(&mut draft, input);
    draft.hold(reason);
    draft.into_held()
}

#[cfg(test)]
mod tests {
    use crate::{Milestone, Purpose, Reason, ReasonCode, testing::*};

    fn missing_topic() -> Reason {
        Reason::new(ReasonCode::OutputRefused, "the topic is missing")
    }

    #[test]
    fn a_start_whose_command_has_no_value_is_recorded_and_waits() {
        let mut story = Story::of(order().commanding(STOCK, Field("start.nothing")));
        assert_eq!(story.when(&start()), ["started", "suspended: EXPRESSION_FAILED"]);
        assert!(story.sent().is_empty());
        assert_eq!(story.when(&resume(None)), ["resumed", "suspended: EXPRESSION_FAILED"]);
        assert_eq!(
            story.when(&cancel())[1..],
            ["turned back: CANCELLED", "compensated: CANCELLED"]
        );
    }

    #[test]
    fn a_reply_whose_next_command_is_refused_is_recorded_and_the_command_sent_on_resumption() {
        let mut story = Story::of(plan([step("payment"), step("stock").after(&[0])])).given([start()]);
        assert_eq!(
            story.when_refused(&done(PAYMENT, 1), &missing_topic()),
            ["succeeded payment 1", "suspended: OUTPUT_REFUSED"]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "requested stock 1/1"]);
    }

    #[test]
    fn a_saga_that_cannot_tell_how_it_ended_stays_open() {
        let mut story = Story::of(plan([step("payment")]).emitting(&[Milestone::Completed], Broken)).given([start()]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "suspended: EXPRESSION_FAILED"]
        );
    }

    #[test]
    fn turning_back_is_recorded_when_its_compensations_are_refused() {
        let mut story = Story::of(order()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when_refused(&refused(STOCK, 1), &missing_topic()),
            [
                "failed stock 1",
                "turned back: STEP_FAILED",
                "suspended: OUTPUT_REFUSED"
            ]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "requested undo-payment 1/1"]);
    }

    #[test]
    fn a_refused_retry_waits_for_its_step_and_does_not_fire_again() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(
            story.when_refused(&retry(PAYMENT, 1), &missing_topic()),
            ["suspended on payment: OUTPUT_REFUSED"]
        );
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "unknown 1/1, unanswered");
        assert!(story.when(&retry(PAYMENT, 1)).is_empty());
        assert_eq!(
            story.when_refused(&resume(Some(PAYMENT)), &missing_topic()),
            ["resumed", "suspended on payment: OUTPUT_REFUSED"]
        );
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["resumed", "requested payment 1/2"]);
    }

    #[test]
    fn a_suspension_of_its_own_keeps_its_step_when_telling_it_is_refused() {
        let mut story = Story::of(plan([step("payment")]).emitting(&[Milestone::Suspended], Broken)).given([start()]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["timed out payment 1/1", "suspended on payment: OUTCOME_UNKNOWN"]
        );
        assert!(story.sent().is_empty());
    }

    #[test]
    fn an_input_that_is_only_refused_suspends_nothing() {
        let order = order().emitting(&[Milestone::CancelRefused], Broken);
        let mut story = Story::of(order).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when_refused(&done(PAYMENT, 1), &missing_topic()),
            ["rejected: DUPLICATE_REPLY"]
        );
        assert_eq!(
            story.when_refused(&done(STOCK, 1), &missing_topic()),
            ["succeeded stock 1", "suspended: OUTPUT_REFUSED"]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "requested packing 1/1"]);
    }

    #[test]
    fn a_refused_transition_of_an_unknown_or_closed_saga_only_records() {
        let mut story = Story::of(plan([]));
        assert_eq!(
            story.when_refused(&done(PAYMENT, 1), &missing_topic()),
            ["rejected: UNKNOWN_SAGA"]
        );
        story.when(&start());
        assert_eq!(
            story.when_refused(&cancel(), &missing_topic()),
            ["rejected: CANCEL_AFTER_PIVOT"]
        );
    }
}
