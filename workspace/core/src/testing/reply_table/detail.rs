//! Walks what the cells leave out: replies without headers, failures that are worth a retry, older rounds, and replies to
//! compensations. The page shows what the core does.

use std::fmt::Write as _;

use crate::{Direction, Input, Plan, Purpose, Saga, Sequence, StepIndex};

use crate::testing::{
    PAYMENT, STOCK, Story, cancel, done, done_plainly, plan, refused, refused_plainly, refused_with, retry, start,
    step, timed_out, undo_refused, undo_refused_plainly, undo_retry, undo_timed_out, undone, undone_plainly,
};

const TICKET: StepIndex = StepIndex(2);
const BOXING: StepIndex = StepIndex(3);

/// A state of the step, and the inputs that lead to it.
struct State {
    name: &'static str,
    inputs: Vec<Input>,
    /// The reply that the saga took last for the step; a duplicate repeats it.
    taken: Option<Input>,
}

fn state(name: &'static str, inputs: impl IntoIterator<Item = Input>, taken: Option<Input>) -> State {
    State {
        name,
        inputs: inputs.into_iter().collect(),
        taken,
    }
}

/// `payment` is in its second round wherever it was requested, so that there is an older one. Beside it stand `stock`,
/// whose refusal turns the saga back, and `ticket`, which keeps a saga that goes back open while it is pending.
fn example() -> Plan {
    plan([
        step("payment").compensated().attempts(3).retried_on("BUSY"),
        step("stock"),
        step("ticket"),
        step("boxing").after(&[0, 2]),
    ])
}

fn busy() -> Input {
    refused_with(PAYMENT, 1, "code=BUSY")
}

fn in_second_round() -> Vec<Input> {
    vec![start(), busy(), retry(PAYMENT, 1)]
}

fn then(inputs: impl IntoIterator<Item = Input>) -> Vec<Input> {
    let mut all = in_second_round();
    all.extend(inputs);
    all
}

/// Like [`then`], with all that `boxing` waits for besides payment.
fn onwards(inputs: impl IntoIterator<Item = Input>) -> Vec<Input> {
    then(std::iter::once(done(TICKET, 1)).chain(inputs))
}

fn forward_states() -> Vec<State> {
    let given_up = || [timed_out(PAYMENT, 2), retry(PAYMENT, 2), timed_out(PAYMENT, 3)];
    let back_unknown = || [timed_out(PAYMENT, 2), refused(STOCK, 1)];
    let closed = |inputs: &[Input]| then(inputs.iter().cloned().chain([refused(STOCK, 1), done(TICKET, 1)]));
    vec![
        state("forgotten: nothing is known of the saga", [], None),
        state(
            "not requested: the saga has not started and was cancelled",
            [cancel()],
            None,
        ),
        state("pending", onwards([]), Some(busy())),
        state(
            "pending, an earlier attempt unanswered",
            onwards([timed_out(PAYMENT, 2), retry(PAYMENT, 2)]),
            Some(busy()),
        ),
        state(
            "timed out, to be retried",
            onwards([timed_out(PAYMENT, 2)]),
            Some(busy()),
        ),
        state(
            "refused, to be retried",
            [start(), busy(), done(TICKET, 1)],
            Some(busy()),
        ),
        state(
            "suspended: no attempt is left, the outcome is unknown",
            onwards(given_up()),
            Some(busy()),
        ),
        state(
            "succeeded, the saga goes forward",
            onwards([done(PAYMENT, 2)]),
            Some(done(PAYMENT, 2)),
        ),
        state("pending, the saga goes back", then([refused(STOCK, 1)]), Some(busy())),
        state(
            "refused, the saga goes back",
            then([refused(PAYMENT, 2)]),
            Some(refused(PAYMENT, 2)),
        ),
        state(
            "compensating what succeeded",
            then([done(PAYMENT, 2), refused(STOCK, 1)]),
            Some(done(PAYMENT, 2)),
        ),
        state("compensating an unknown outcome", then(back_unknown()), Some(busy())),
        state(
            "compensated after a success, the saga is open",
            then([done(PAYMENT, 2), refused(STOCK, 1), undone(PAYMENT, 1)]),
            Some(done(PAYMENT, 2)),
        ),
        state(
            "compensated after an unknown outcome, the saga is open",
            then(back_unknown().into_iter().chain([undone(PAYMENT, 1)])),
            Some(busy()),
        ),
        state(
            "closed: compensated after a success",
            closed(&[done(PAYMENT, 2)]).into_iter().chain([undone(PAYMENT, 1)]),
            Some(done(PAYMENT, 2)),
        ),
        state(
            "closed: compensated after an unknown outcome",
            closed(&[timed_out(PAYMENT, 2)]).into_iter().chain([undone(PAYMENT, 1)]),
            Some(busy()),
        ),
        state(
            "closed: refused",
            closed(&[refused(PAYMENT, 2)]),
            Some(refused(PAYMENT, 2)),
        ),
        state(
            "closed: completed",
            then([done(PAYMENT, 2), done(STOCK, 1), done(TICKET, 1), done(BOXING, 1)]),
            Some(done(PAYMENT, 2)),
        ),
    ]
}

fn compensation_states() -> Vec<State> {
    let back = |inputs: &[Input]| {
        then(
            [done(PAYMENT, 2), refused(STOCK, 1), undo_refused(PAYMENT, 1)]
                .into_iter()
                .chain(inputs.iter().cloned()),
        )
    };
    let taken = || Some(undo_refused(PAYMENT, 1));
    vec![
        state("forgotten: nothing is known of the saga", [], None),
        state("not requested: the saga goes forward", then([done(PAYMENT, 2)]), None),
        state("pending", back(&[undo_retry(PAYMENT, 1)]), taken()),
        state(
            "timed out, no attempt is left, suspended",
            back(&[undo_retry(PAYMENT, 1), undo_timed_out(PAYMENT, 2)]),
            taken(),
        ),
        state("refused, to be retried", back(&[]), taken()),
        state(
            "refused, no attempt is left, suspended",
            back(&[undo_retry(PAYMENT, 1), undo_refused(PAYMENT, 2)]),
            Some(undo_refused(PAYMENT, 2)),
        ),
        state(
            "succeeded, the saga is open",
            back(&[undo_retry(PAYMENT, 1), undone(PAYMENT, 2)]),
            Some(undone(PAYMENT, 2)),
        ),
        state(
            "closed: compensated",
            back(&[undo_retry(PAYMENT, 1), undone(PAYMENT, 2), done(TICKET, 1)]),
            Some(undone(PAYMENT, 2)),
        ),
    ]
}

fn forward_replies(state: &State) -> Vec<(&'static str, Option<Input>)> {
    vec![
        ("success", Some(done(PAYMENT, 2))),
        ("success without headers", Some(done_plainly(PAYMENT))),
        ("failure", Some(refused(PAYMENT, 2))),
        ("failure, worth a retry", Some(refused_with(PAYMENT, 2, "code=BUSY"))),
        ("failure without headers", Some(refused_plainly(PAYMENT))),
        ("duplicate of the last reply", state.taken.clone()),
        ("stale success (an older round)", Some(done(PAYMENT, 1))),
        ("stale failure (an older round)", Some(refused(PAYMENT, 1))),
        ("success of a round never requested", Some(done(PAYMENT, 9))),
        ("failure of a round never requested", Some(refused(PAYMENT, 9))),
    ]
}

fn compensation_replies(state: &State) -> Vec<(&'static str, Option<Input>)> {
    vec![
        ("success", Some(undone(PAYMENT, 2))),
        ("success without headers", Some(undone_plainly(PAYMENT))),
        ("failure", Some(undo_refused(PAYMENT, 2))),
        ("failure without headers", Some(undo_refused_plainly(PAYMENT))),
        ("duplicate of the last reply", state.taken.clone()),
        ("stale success (an older round)", Some(undone(PAYMENT, 1))),
        ("stale failure (an older round)", Some(undo_refused(PAYMENT, 1))),
        ("success of a round never requested", Some(undone(PAYMENT, 9))),
        ("failure of a round never requested", Some(undo_refused(PAYMENT, 9))),
    ]
}

/// A table for each state of a step, and of a compensation.
pub(super) fn tables() -> String {
    let mut page = String::new();
    for state in forward_states() {
        section(&mut page, &state, forward_replies(&state));
    }
    page.push_str("\n## In detail: replies to a compensation\n");
    for state in compensation_states() {
        section(&mut page, &state, compensation_replies(&state));
    }
    page
}

fn section(page: &mut String, state: &State, replies: Vec<(&'static str, Option<Input>)>) {
    let story = Story::of(example()).given(state.inputs.iter().cloned());
    let _ = write!(
        page,
        "\n### {}\n\nBefore: {}.\n\n| reply | journaled | sent | shown |\n|---|---|---|---|\n",
        state.name,
        shown(&story)
    );
    for (name, reply) in replies {
        let cell = match reply {
            Some(reply) => cell(state, &reply),
            None => "– (no reply was taken before) | – | –".to_owned(),
        };
        let _ = writeln!(page, "| {name} | {cell} |");
    }
}

fn cell(state: &State, reply: &Input) -> String {
    let mut story = Story::of(example()).given(state.inputs.iter().cloned());
    let before = story.saga.as_ref().map(Saga::sequence);
    let journaled = story.when(reply);
    assert!(
        !journaled.is_empty(),
        "{}: a reply is never dropped without a word",
        state.name
    );
    if let Some(Sequence(before)) = before {
        let after = story.saga.as_ref().map(Saga::sequence);
        assert_eq!(
            after,
            Some(Sequence(before + journaled.len() as u64)),
            "each event is counted"
        );
    }
    let attention = if story.last_event().needs_attention() {
        " **Attention**"
    } else {
        ""
    };
    format!(
        "{}{attention} | {} | {}",
        journaled.join("; "),
        list(&story.sent()),
        shown(&story)
    )
}

fn list(words: &[String]) -> String {
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join("; ")
    }
}

fn shown(story: &Story) -> String {
    match &story.saga {
        None | Some(Saga::Lock(_)) => "nothing is known".into(),
        Some(Saga::CancelledEarly { .. }) => "cancelled before its start".into(),
        Some(Saga::Closed(closed)) => format!("{:?}", closed.outcome).to_lowercase(),
        Some(Saga::Open(state)) => {
            let direction = match state.direction {
                Direction::Forward => "forward",
                Direction::Backward(_) => "back",
            };
            let waits = if state.suspended.is_some() { ", suspended" } else { "" };
            let step = story.request(PAYMENT, Purpose::Forward);
            let undo = story.request(PAYMENT, Purpose::Compensation);
            format!("{direction}{waits}: payment {step}; undo-payment {undo}")
        }
    }
}

#[test]
fn success_is_never_lost() {
    for state in forward_states() {
        for round in [Some(1), Some(2), Some(9), None] {
            let reply = round.map_or_else(|| done_plainly(PAYMENT), |round| done(PAYMENT, round));
            let mut story = Story::of(example()).given(state.inputs.iter().cloned());
            let journaled = story.when(&reply);
            let recorded = journaled.iter().any(|event| event.starts_with("succeeded payment"));
            let known = journaled == ["rejected: DUPLICATE_REPLY"];
            assert!(
                recorded || known || story.last_event().needs_attention(),
                "{}: {journaled:?}",
                state.name
            );
        }
    }
}
