//! A participant did what it was asked, or says so.

use crate::{Event, Purpose, RejectionCode, Reply, Request, RequestStatus, reasons};

use super::{
    Draft,
    advance::advance,
    reply::{Answered, answered, check_success},
};

pub(super) fn succeeded(draft: &mut Draft<'_>, reply: &Reply) {
    match answered(draft, reply) {
        Answered::Open(request) => of_open(draft, reply, &request),
        Answered::Compensated(request) => of_compensated(draft, reply, &request),
        Answered::Completed(request) => of_completed(draft, reply, request.as_ref()),
        Answered::Nothing => reject(draft, reply, RejectionCode::NeverRequested),
        Answered::UnknownSaga => of_unknown_saga(draft, reply),
    }
}

fn of_open(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    if let Err(code) = check_success(request, reply.purpose, reply.round) {
        return reject(draft, reply, code);
    }
    record(draft, reply, request);
    draft.resume_after(reply.step, reply.purpose);
    advance(draft);
}

/// A step that counted as possibly done, and was compensated, turns out to be done: the participant may have carried it
/// out after its compensation. So it is taken back again, in a new round.
fn of_compensated(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    match check_success(request, reply.purpose, reply.round) {
        Err(code) => reject(draft, reply, code),
        Ok(()) if reply.purpose == Purpose::Compensation => reject(draft, reply, RejectionCode::SagaClosed),
        Ok(()) => {
            draft.push(Event::SagaReopened {
                reason: reasons::late_success(draft.plan(), reply.step),
            });
            record(draft, reply, request);
            advance(draft);
        }
    }
}

/// Every step of a completed saga has succeeded, except for those that were passed over or given up, and none was ever
/// taken back. One that was given up and done nevertheless needs a person: nobody will take it back.
fn of_completed(draft: &mut Draft<'_>, reply: &Reply, request: Option<&Request>) {
    let was_given_up = request.is_some_and(|request| request.given_up && request.status == RequestStatus::Unknown);
    match reply.purpose {
        Purpose::Forward if was_given_up => {
            let (step, reason) = (reply.step, reasons::success_of_given_up(draft.plan(), reply.step));
            draft.reject_because(RejectionCode::SagaClosed, Some((step, reply.purpose)), reason);
        }
        Purpose::Forward => reject(draft, reply, RejectionCode::DuplicateReply),
        Purpose::Compensation => reject(draft, reply, RejectionCode::NeverRequested),
    }
}

fn of_unknown_saga(draft: &mut Draft<'_>, reply: &Reply) {
    let step = Some((reply.step, reply.purpose));
    match reply.purpose {
        Purpose::Forward => {
            draft.reject_because(RejectionCode::UnknownSaga, step, reasons::success_of_unknown_saga());
        }
        Purpose::Compensation => draft.reject(RejectionCode::UnknownSaga, step),
    }
}

fn record(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    let (step, purpose, round, payload) = (reply.step, reply.purpose, request.round, reply.payload.clone());
    draft.push(Event::Succeeded {
        step,
        purpose,
        round,
        payload,
    });
}

fn reject(draft: &mut Draft<'_>, reply: &Reply, code: RejectionCode) {
    draft.reject(code, Some((reply.step, reply.purpose)));
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, testing::*};

    #[test]
    fn a_step_is_requested_when_all_before_it_have_succeeded() {
        let mut story = Story::of(order()).given([start()]);
        assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded payment 1"]);
        assert_eq!(
            story.when(&done(STOCK, 1)),
            ["succeeded stock 1", "requested packing 1/1"]
        );
    }

    #[test]
    fn the_last_success_completes_the_saga() {
        let mut story = Story::of(order()).given([
            start(),
            done(PAYMENT, 1),
            done(STOCK, 1),
            done(PACKING, 1),
            done(SHIPMENT, 1),
        ]);
        assert_eq!(story.when(&done(CAPTURE, 1)), ["succeeded capture 1", "completed"]);
        assert_eq!(story.sent(), ["outcome Completed"]);
    }

    #[test]
    fn a_success_during_the_pause_before_a_retry_is_taken() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "paused 1/1, unanswered");
        assert_eq!(story.when(&done_plainly(PAYMENT)), ["succeeded payment 1"]);
        assert_eq!(story.when(&retry(PAYMENT, 1)), Vec::<String>::new());
    }

    #[test]
    fn a_late_success_resumes_the_saga_that_waits_for_it() {
        let mut story =
            Story::of(plan([step("payment"), step("stock").after(&[0])])).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "resumed", "requested stock 1/1"]
        );
    }

    #[test]
    fn another_success_is_only_recorded_while_the_saga_waits() {
        let mut story = Story::of(plan([step("payment"), step("stock"), step("packing").after(&[1])]))
            .given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.when(&done(STOCK, 1)), ["succeeded stock 1"]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "resumed", "requested packing 1/1"]
        );
    }

    #[test]
    fn a_step_that_succeeds_while_the_saga_goes_back_is_taken_back() {
        let mut story = Story::of(order()).given([start(), refused(STOCK, 1)]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "requested undo-payment 1/1"]
        );
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: STEP_FAILED"]
        );
    }

    #[test]
    fn compensations_follow_the_reverse_of_the_graph_and_parallel_steps_go_back_in_parallel() {
        let mut story = Story::of(order()).given([start(), done(PAYMENT, 1), done(STOCK, 1), done(PACKING, 1)]);
        assert_eq!(
            story.when(&refused(SHIPMENT, 1)),
            [
                "failed shipment 1",
                "turned back: STEP_FAILED",
                "requested undo-packing 1/1"
            ]
        );
        assert_eq!(
            story.when(&undone(PACKING, 1)),
            [
                "succeeded undo-packing 1",
                "requested undo-stock 1/1",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(story.when(&undone(PAYMENT, 1)), ["succeeded undo-payment 1"]);
        assert_eq!(
            story.when(&undone(STOCK, 1)),
            ["succeeded undo-stock 1", "compensated: STEP_FAILED"]
        );
        assert_eq!(story.sent(), ["outcome Compensated"]);
    }

    #[test]
    fn a_success_after_its_compensation_opens_a_new_round_of_compensation() {
        let mut story =
            Story::of(order()).given([start(), refused(STOCK, 1), timed_out(PAYMENT, 1), undone(PAYMENT, 1)]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            [
                "reopened: LATE_SUCCESS",
                "succeeded payment 1",
                "requested undo-payment 2/2"
            ]
        );
        assert_eq!(
            story.when(&undone(PAYMENT, 2)),
            ["succeeded undo-payment 2", "compensated: STEP_FAILED"]
        );
        assert_eq!(story.when(&done(PAYMENT, 1)), ["rejected: DUPLICATE_REPLY"]);
    }

    #[test]
    fn a_second_compensation_has_attempts_of_its_own() {
        let mut story = Story::of(order()).given([start(), refused(STOCK, 1), timed_out(PAYMENT, 1)]);
        let asked_until_it_waits = |story: &mut Story| {
            let mut attempts = 0;
            while story.state().suspended.is_none() {
                let attempt = story.state().step(PAYMENT).compensation.attempt.0;
                story.when(&undo_timed_out(PAYMENT, attempt));
                story.when(&undo_retry(PAYMENT, attempt));
                attempts += 1;
            }
            attempts
        };
        let first = asked_until_it_waits(&mut story);
        assert!(first > 1);
        story.when(&undone(PAYMENT, 1));
        story.when(&done(PAYMENT, 1));
        assert_eq!(asked_until_it_waits(&mut story), first);
    }

    #[test]
    fn a_success_after_its_compensation_is_compensated_again_while_the_saga_is_open() {
        let plan = plan([
            step("payment").compensated(),
            step("stock"),
            step("ticket").compensated(),
        ]);
        let mut story = Story::of(plan).given([start(), timed_out(PAYMENT, 1), refused(STOCK, 1), undone(PAYMENT, 1)]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "requested undo-payment 2/2"]
        );
    }

    #[test]
    fn the_success_of_a_saga_that_nobody_knows_needs_attention() {
        let mut story = Story::of(order());
        assert_eq!(story.when(&done(PAYMENT, 1)), ["rejected: UNKNOWN_SAGA"]);
        assert!(story.last_event().needs_attention());
        assert_eq!(story.when(&refused(PAYMENT, 1)), ["rejected: UNKNOWN_SAGA"]);
        assert!(!story.last_event().needs_attention());
        assert_eq!(story.saga, None);
    }
}
