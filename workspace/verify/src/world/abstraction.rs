//! The plan that is explored: the definition's, without what does not change where a saga can go.

use std::sync::Arc;

use palinode_core::{Action, Constant, Expression, Plan, Replies, RetryPolicy, StepIndex, Value, WaitPlan};

use super::{
    Style,
    data::{ITEMS, Open, Unknown},
};
use crate::facts::constant;

/// The first attempt, and the last one. Those between them cannot be told from the first, unless a refusal can.
const ATTEMPTS: u32 = 2;

/// The first attempt, one between, and the last one: a refusal without headers means another thing after an unanswered
/// attempt, and another one when no attempt is left.
const ATTEMPTS_OF_PLAIN_REFUSALS: u32 = 3;

/// The plan without the content of its messages, and with expressions whose values are picked. A condition that looks at
/// nothing keeps its value.
pub(crate) fn without_content(mut plan: Plan) -> Plan {
    plan.emits.clear();
    plan.outcome.clear();
    plan.attributes.clear();
    for message in &mut plan.messages {
        message.fields.clear();
    }
    for (index, step) in (0..).map(StepIndex).zip(&mut plan.steps) {
        if let Some(retried) = &mut step.retry.when {
            open_condition(retried, Unknown::Retry(index));
        }
        if let Some(when) = &mut step.when {
            open_condition(when, Unknown::When(index));
        }
        match &mut step.action {
            Action::Wait(WaitPlan::Until(time)) => *time = Arc::new(Open::new(Unknown::Until(index), 0)),
            // A participant that answers when it ends; its name leads nowhere else.
            Action::SubSaga(sub_saga) => sub_saga.key = Arc::new(Constant(Value::Long(0))),
            _ => {}
        }
        // Which lock it is does not matter: others hold it, or do not.
        if let Action::Lock(lock) = &mut step.action {
            lock.key = Arc::new(Constant(Value::String("lock".into())));
        }
    }
    with_unknown_arrays(plan)
}

/// The plan with arrays of which it is picked how long they are: one element, none, or several when the definition allows
/// them.
pub(crate) fn with_unknown_arrays(mut plan: Plan) -> Plan {
    for (index, step) in (0..).map(StepIndex).zip(&mut plan.steps) {
        if let Some(items) = &mut step.items {
            let lengths = ITEMS.iter().filter(|length| **length <= usize::from(items.max)).count();
            items.list = Arc::new(Open::new(
                Unknown::Items(index),
                u8::try_from(lengths).unwrap_or(u8::MAX),
            ));
        }
    }
    plan
}

/// The plan with arrays that are as long as they may be.
pub(crate) fn with_longest_arrays(mut plan: Plan) -> Plan {
    for items in plan.steps.iter_mut().filter_map(|step| step.items.as_mut()) {
        items.list = Arc::new(Constant(Value::List(vec![Value::Null; usize::from(items.max)])));
    }
    plan
}

fn open_condition(condition: &mut Arc<dyn Expression>, what: Unknown) {
    if constant(condition.as_ref()).is_none() {
        *condition = Arc::new(Open::new(what, 0));
    }
}

/// The plan with attempts made one that the core cannot tell apart: it compares their number with the policy's bound and
/// uses it for nothing else, so that all attempts between the first and the last lead to the same.
pub(crate) fn with_distinct_attempts(mut plan: Plan, style: Style) -> Plan {
    for step in &mut plan.steps {
        if let Action::Command { replies, .. } = &step.action {
            shorten(&mut step.retry, replies, style);
        }
        if let Some(compensation) = &mut step.compensation {
            shorten(&mut compensation.retry, &compensation.replies, style);
        }
    }
    plan
}

/// Whether a refusal means another thing after an attempt without an answer.
pub(super) fn tells_attempts_apart(replies: Option<&Replies>, style: Style) -> bool {
    style == Style::Plain && replies.is_some_and(|replies| replies.failed.is_some())
}

fn shorten(retry: &mut RetryPolicy, replies: &Replies, style: Style) {
    let distinct = if tells_attempts_apart(Some(replies), style) {
        ATTEMPTS_OF_PLAIN_REFUSALS
    } else {
        ATTEMPTS
    };
    retry.attempts = retry.attempts.min(distinct);
}
