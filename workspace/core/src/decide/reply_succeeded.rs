//! A participant did what it was asked, or says so.

use crate::{Event, Purpose, RejectionCode, Reply, Request, reasons};

use super::{
    Draft,
    advance::advance,
    reply::{Answered, answered, check_success},
};

pub(super) fn succeeded(draft: &mut Draft<'_>, reply: &Reply) {
    match answered(draft, reply) {
        Answered::Open(request) => of_open(draft, reply, &request),
        Answered::Compensated(request) => of_compensated(draft, reply, &request),
        Answered::Completed => reject(draft, reply, of_completed(reply.purpose)),
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
            draft.push(Event::SagaReopened { reason: reasons::late_success(draft.plan(), reply.step) });
            record(draft, reply, request);
            advance(draft);
        }
    }
}

/// Every step of a completed saga has succeeded, and none was ever taken back.
fn of_completed(purpose: Purpose) -> RejectionCode {
    match purpose {
        Purpose::Forward => RejectionCode::DuplicateReply,
        Purpose::Compensation => RejectionCode::NeverRequested,
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
    draft.push(Event::Succeeded { step, purpose, round, payload });
}

fn reject(draft: &mut Draft<'_>, reply: &Reply, code: RejectionCode) {
    draft.reject(code, Some((reply.step, reply.purpose)));
}
