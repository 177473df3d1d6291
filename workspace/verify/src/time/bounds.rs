//! How long a saga can take.

use std::time::Duration;

use palinode_core::{Action, CompensationOrder, Plan, Purpose, RetryPolicy, StepIndex, WaitPlan};
use serde::Serialize;

/// The longest that a saga takes without a person, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// The saga's deadline.
    pub deadline_ms: Option<u64>,
    /// Forward, when every step needs the last of its attempts.
    pub forward_ms: u64,
    /// Back, when every compensation does.
    pub backward_ms: u64,
    /// From the start to an end or a suspension: the way forward, cut by the deadline, the last wait, and the way back.
    pub whole_ms: u64,
}

impl Bounds {
    /// The bounds of the sagas of `plan`.
    pub(crate) fn of(plan: &Plan) -> Self {
        let forward = longest(
            plan,
            |step| budget(plan, step, Purpose::Forward),
            |step| &plan.step(step).after,
        );
        let one_back = |step| match plan.step(step).compensation {
            Some(_) => budget(plan, step, Purpose::Compensation),
            None => Duration::ZERO,
        };
        let all_back = plan.step_indexes().map(one_back);
        let backward = match plan.compensation_order {
            CompensationOrder::Reverse => longest(plan, one_back, |step| &plan.step(step).after),
            CompensationOrder::Sequential => all_back.fold(Duration::ZERO, Duration::saturating_add),
            CompensationOrder::Parallel => all_back.max().unwrap_or_default(),
        };
        // On the way back a command that is pending is awaited; waits and questions are called off.
        let wait = plan.steps.iter().map(|step| step.timeout).max().unwrap_or_default();
        let there = plan.deadline.map_or(forward, |deadline| deadline.min(forward));
        Self {
            deadline_ms: plan.deadline.map(millis),
            forward_ms: millis(forward),
            backward_ms: millis(backward),
            whole_ms: millis(there.saturating_add(wait).saturating_add(backward)),
        }
    }
}

fn longest<'a>(
    plan: &'a Plan,
    takes: impl Fn(StepIndex) -> Duration,
    before: impl Fn(StepIndex) -> &'a [StepIndex],
) -> Duration {
    let mut until: Vec<Duration> = Vec::with_capacity(plan.steps.len());
    for step in plan.step_indexes() {
        // An alternative waits for the ones before it, too, which take no time when they are passed over.
        let begin = before(step).iter().filter_map(|before| until.get(before.at())).max();
        let begin = begin.copied().unwrap_or_default();
        until.push(begin.saturating_add(takes(step)));
    }
    until.into_iter().max().unwrap_or_default()
}

fn budget(plan: &Plan, step: StepIndex, purpose: Purpose) -> Duration {
    let part = plan.step(step);
    let once = match (purpose, &part.action) {
        (Purpose::Forward, Action::Wait(WaitPlan::For(span))) => return *span,
        (Purpose::Forward, Action::Wait(WaitPlan::Event { timeout, .. })) => return *timeout,
        // A time in the data: nothing is known of it.
        (Purpose::Forward, Action::Wait(WaitPlan::Until(_))) => return Duration::ZERO,
        (Purpose::Forward, Action::Decision(question)) => return question.deadline,
        (Purpose::Forward, Action::Lock(lock)) => return lock.timeout,
        (Purpose::Forward, Action::Command { .. } | Action::SubSaga(_)) | (Purpose::Compensation, _) => {
            let policy = part.retry_for(purpose);
            let all = part
                .timeout_for(purpose)
                .saturating_mul(policy.attempts)
                .saturating_add(pauses(policy));
            part.deadline_for(purpose).map_or(all, |deadline| deadline.min(all))
        }
    };
    let rounds = part.items.as_ref().map_or(1, |items| {
        let at_a_time = match (purpose, plan.compensation_order) {
            (Purpose::Compensation, CompensationOrder::Sequential) => 1,
            (Purpose::Compensation, CompensationOrder::Parallel) => items.max.max(1),
            _ => items.parallel.max(1),
        };
        u32::from(items.max.div_ceil(at_a_time)).max(1)
    });
    once.saturating_mul(rounds)
}

/// The pauses of all attempts, each as long as jitter can make it.
fn pauses(policy: &RetryPolicy) -> Duration {
    let longest = |attempt| policy.pause_after(attempt).mul_f64(1.0 + policy.jitter.clamp(0.0, 1.0));
    (1..policy.attempts).fold(Duration::ZERO, |sum, attempt| sum.saturating_add(longest(attempt)))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
