//! The states and the replies of the table, as inputs of an example.

use crate::{Input, Plan, testing::*};

/// The step whose replies the table is about.
const ASKED: crate::StepIndex = STOCK;
/// The step after it.
const NEXT: crate::StepIndex = PACKING;

/// `first`, then `stock`, of which the table tells, then `packing`; all can be taken back. `stock` is asked twice when
/// nobody answers.
pub(super) fn example() -> Plan {
    plan([
        step("payment").compensated(),
        step("stock").after(&[0]).compensated().attempts(2),
        step("packing").after(&[1]).compensated(),
    ])
}

/// Where the step stands when the reply comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Pending,
    Requested,
    TimedOut,
    Succeeded,
    Compensating,
    Compensated,
    Closed,
    Completed,
    Suspended,
    Forgotten,
}

impl State {
    pub(super) const ALL: [Self; 10] = [
        Self::Pending,
        Self::Requested,
        Self::TimedOut,
        Self::Succeeded,
        Self::Compensating,
        Self::Compensated,
        Self::Closed,
        Self::Completed,
        Self::Suspended,
        Self::Forgotten,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Requested => "requested",
            Self::TimedOut => "timed out",
            Self::Succeeded => "succeeded",
            Self::Compensating => "compensating",
            Self::Compensated => "compensated",
            Self::Closed => "closed, compensated",
            Self::Completed => "closed, completed",
            Self::Suspended => "suspended",
            Self::Forgotten => "forgotten",
        }
    }

    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Pending => "the saga has started, and the step's turn has not come",
            Self::Requested => "a command was sent, and its reply is awaited",
            Self::TimedOut => "no reply came in time, and the next attempt waits for the end of a pause",
            Self::Succeeded => "the step was done, and the saga goes forward",
            Self::Compensating => "the saga goes back, and the command to take the step back was sent",
            Self::Compensated => "the step was taken back, and the saga still goes back",
            Self::Closed => "the saga has ended, and everything was taken back",
            Self::Completed => "the saga has ended, and every step was done",
            Self::Suspended => "no attempt is left, nobody knows whether the step was done, and the saga waits",
            Self::Forgotten => "nothing is known of the saga: it never started, or it ended before the horizon",
        }
    }

    /// The inputs that lead there; `late` when an attempt had no answer on the way, so that one may still come.
    fn inputs(self, late: bool) -> Vec<Input> {
        let asked = || vec![start(), done(PAYMENT, 1)];
        let unanswered = || [asked(), vec![timed_out(ASKED, 1), retry(ASKED, 1)]].concat();
        let ready = || if late { unanswered() } else { asked() };
        let with = |mut inputs: Vec<Input>, more: Vec<Input>| {
            inputs.extend(more);
            inputs
        };
        let over = || with(unanswered(), vec![timed_out(ASKED, 2)]);
        // Late, the step may have been done; otherwise it was.
        let back = || {
            if late {
                with(over(), vec![cancel()])
            } else {
                with(asked(), vec![done(ASKED, 1), refused(NEXT, 1)])
            }
        };
        match self {
            Self::Pending => vec![start()],
            Self::Requested => ready(),
            Self::TimedOut => with(asked(), vec![timed_out(ASKED, 1)]),
            Self::Succeeded => with(ready(), vec![done(ASKED, 1)]),
            Self::Compensating => back(),
            Self::Compensated => with(back(), vec![undone(ASKED, 1)]),
            Self::Closed => with(back(), vec![undone(ASKED, 1), undone(PAYMENT, 1)]),
            Self::Completed => with(ready(), vec![done(ASKED, 1), done(NEXT, 1)]),
            Self::Suspended => over(),
            Self::Forgotten => Vec::new(),
        }
    }
}

/// A reply that the core decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reply {
    Success,
    Failure,
    Duplicate,
    UnknownSaga,
    NeverRequested,
    Late,
}

impl Reply {
    pub(super) const ALL: [Self; 6] = [
        Self::Success,
        Self::Failure,
        Self::Duplicate,
        Self::UnknownSaga,
        Self::NeverRequested,
        Self::Late,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Duplicate => "duplicate",
            Self::UnknownSaga => "unknown saga",
            Self::NeverRequested => "never requested",
            Self::Late => "late",
        }
    }

    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Success => "the participant says that it did the step, in the round that it was asked for",
            Self::Failure => "the participant refuses, in the round that it was asked for",
            Self::Duplicate => "the same success comes once more, after the first one was handled",
            Self::UnknownSaga => "a success that names another saga, of which nothing is known",
            Self::NeverRequested => "a success that names a round in which nothing was asked",
            Self::Late => "the success of an attempt whose wait had ended",
        }
    }
}

/// The story before the reply, and the reply. The reply to an unknown saga is told to a story of its own.
pub(super) fn cell(reply: Reply, state: State) -> (Story, Input) {
    let story = |late| Story::of(example()).given(state.inputs(late));
    match reply {
        Reply::Success => (story(false), done(ASKED, 1)),
        Reply::Failure => (story(false), refused(ASKED, 1)),
        Reply::Duplicate => (story(false).given([done(ASKED, 1)]), done(ASKED, 1)),
        Reply::UnknownSaga => (Story::of(example()), done(ASKED, 1)),
        Reply::NeverRequested => (story(false), done(ASKED, 9)),
        Reply::Late => (story(true), done(ASKED, 1)),
    }
}

/// What a look at the saga shows.
pub(super) fn shown(story: &Story) -> String {
    match &story.saga {
        None | Some(crate::Saga::Lock(_)) => "nothing is known".into(),
        Some(crate::Saga::CancelledEarly { .. }) => "cancelled before its start".into(),
        Some(crate::Saga::Closed(closed)) => format!("{:?}", closed.outcome).to_lowercase(),
        Some(crate::Saga::Open(state)) => {
            let direction = match state.direction {
                crate::Direction::Forward => "forward",
                crate::Direction::Backward(_) => "back",
            };
            let waits = if state.suspended.is_some() { ", suspended" } else { "" };
            let status = |purpose| {
                let text = story.request(ASKED, purpose);
                text.split(' ')
                    .take_while(|word| !word.contains('/'))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let (step, undo) = (status(crate::Purpose::Forward), status(crate::Purpose::Compensation));
            format!("{direction}{waits}: stock {step}, undo-stock {undo}")
        }
    }
}
