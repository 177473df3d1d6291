//! Small plans. Every command has one field, which tells what it is for.

use std::{sync::Arc, time::Duration};

use crate::{
    Action, CompensationOrder, CompensationPlan, Constant, DecisionOption, DecisionPlan, Emission, Expression,
    FieldPlan, LockPlan, MessageIndex, MessagePlan, Milestone, Plan, Purpose, Replies, RetryPolicy, StepIndex,
    StepPlan, SubSagaPlan, Trigger, Value, WaitPlan, Zone,
};

use super::{
    Field,
    steps::{Does, StepBuilder, step},
};

pub(crate) const PAYMENT: StepIndex = StepIndex(0);
pub(crate) const STOCK: StepIndex = StepIndex(1);
pub(crate) const PACKING: StepIndex = StepIndex(2);
pub(crate) const SHIPMENT: StepIndex = StepIndex(3);
pub(crate) const CAPTURE: StepIndex = StepIndex(4);

/// The order of DESIGN: payment and stock at the same time, packing, shipment (the pivot), capture. Payment is tried
/// twice; a refusal with the code BANK_UNAVAILABLE is worth another attempt.
pub(crate) fn order() -> Plan {
    plan([
        step("payment").compensated().attempts(2).retried_on("BANK_UNAVAILABLE"),
        step("stock").compensated(),
        step("packing").after(&[0, 1]).compensated(),
        step("shipment").after(&[2]).pivot().attempts(2),
        step("capture").after(&[3]).attempts(2),
    ])
}

/// The plan of `steps`, which stand in topological order.
pub(crate) fn plan(steps: impl IntoIterator<Item = StepBuilder>) -> Plan {
    let builders: Vec<StepBuilder> = steps.into_iter().collect();
    let pivot = builders.iter().position(|step| step.pivot).map(index);
    let mut plan = Plan {
        name: "order".into(),
        version: 1,
        hash: "hash".into(),
        owner: "order-team".into(),
        started_by: Trigger {
            record: "OrderPlaced".into(),
            topic: "orders".into(),
        },
        cancelled_by: None,
        cancel_until: None,
        deadline: None,
        steps: Vec::new(),
        pivot,
        compensation_order: CompensationOrder::Reverse,
        emits: Vec::new(),
        outcome: vec![field(Field("start.order_id"))],
        attributes: Vec::new(),
        messages: Vec::new(),
    };
    for (at, builder) in builders.into_iter().enumerate() {
        add_step(&mut plan, index(at), builder);
    }
    plan
}

impl Plan {
    /// With an emission at each of the milestones, whose one field is `expression`.
    pub(crate) fn emitting(mut self, on: &[Milestone], expression: impl Expression + 'static) -> Self {
        let message = add_message(&mut self, "status", expression);
        self.emits.push(Emission {
            on: on.to_vec(),
            message,
        });
        self
    }

    /// With a deadline of one hour.
    pub(crate) fn with_deadline(mut self) -> Self {
        self.deadline = Some(Duration::from_secs(3600));
        self
    }

    /// Which takes steps back in this order.
    pub(crate) fn going_back(mut self, order: CompensationOrder) -> Self {
        self.compensation_order = order;
        self
    }

    /// With an attribute.
    pub(crate) fn with_attribute(mut self, expression: impl Expression + 'static) -> Self {
        self.attributes.push(field(expression));
        self
    }

    /// Which can be cancelled until `step` is begun.
    pub(crate) fn cancellable_until(mut self, step: StepIndex) -> Self {
        self.cancel_until = Some(step);
        self
    }

    /// With another expression in the command of a step.
    pub(crate) fn commanding(mut self, step: StepIndex, expression: impl Expression + 'static) -> Self {
        let message = self
            .step(step)
            .command_for(Purpose::Forward)
            .expect("it asks a participant");
        self.messages[message.at()].fields = vec![field(expression)];
        self
    }
}

fn add_step(plan: &mut Plan, at: StepIndex, builder: StepBuilder) {
    let after: Vec<StepIndex> = builder.after.into_iter().map(StepIndex).collect();
    for before in &after {
        plan.steps[before.at()].dependents.push(at);
    }
    let follows_pivot = after
        .iter()
        .any(|before| plan.step(*before).zone != Zone::Compensatable);
    let zone = match () {
        () if builder.pivot => Zone::Pivot,
        () if follows_pivot => Zone::ForwardOnly,
        () => Zone::Compensatable,
    };
    let retry = RetryPolicy {
        attempts: builder.attempts,
        initial: Duration::from_secs(1),
        factor: 2.0,
        max: Duration::from_secs(30),
        jitter: builder.jitter,
        when: builder.retry_when,
    };
    let name = builder.name;
    let action = action(plan, &name, builder.does);
    let compensation = builder.compensated.then(|| CompensationPlan {
        command: add_message(plan, &name, Constant(Value::String(format!("undo {name}").into()))),
        replies: replies(&name, "Undone"),
        timeout: Duration::from_secs(20),
        retry: RetryPolicy {
            attempts: 2,
            when: None,
            ..retry.clone()
        },
        on_exhausted: builder.compensation_exhausted,
    });
    plan.steps.push(StepPlan {
        name: name.into(),
        after,
        dependents: Vec::new(),
        zone,
        when: builder.when,
        unless: builder.unless.into_iter().map(StepIndex).collect(),
        items: builder.items,
        action,
        timeout: Duration::from_secs(5),
        deadline: builder.deadline,
        retry,
        on_exhausted: builder.on_exhausted,
        resumed_by: None,
        compensation,
    });
}

fn action(plan: &mut Plan, name: &str, does: Does) -> Action {
    match does {
        Does::Command => Action::Command {
            message: add_message(plan, name, Constant(Value::String(format!("do {name}").into()))),
            replies: replies(name, "Done"),
        },
        Does::SubSaga(key) => Action::SubSaga(SubSagaPlan {
            definition: "stay".into(),
            key,
            start: add_message(plan, name, Constant(Value::String(format!("begin {name}").into()))),
            replies: replies(name, "Done"),
        }),
        Does::WaitFor(duration) => Action::Wait(WaitPlan::For(duration)),
        Does::WaitUntil(time) => Action::Wait(WaitPlan::Until(time)),
        Does::WaitForEvent(on_timeout) => Action::Wait(WaitPlan::Event {
            trigger: Trigger {
                record: format!("{name}Happened").into(),
                topic: name.into(),
            },
            key: None,
            timeout: Duration::from_secs(60),
            on_timeout,
        }),
        Does::Lock(key, on_timeout, until) => Action::Lock(LockPlan {
            key,
            timeout: Duration::from_secs(30),
            on_timeout,
            until: until.into_iter().map(StepIndex).collect(),
        }),
        Does::Decide => Action::Decision(DecisionPlan {
            question: "shall it go on?".into(),
            options: vec![option("approve", false), option("reject", true)],
            deadline: Duration::from_secs(3600),
            default: 1,
        }),
    }
}

fn option(name: &str, fails: bool) -> DecisionOption {
    DecisionOption {
        name: name.into(),
        fails,
    }
}

fn add_message(plan: &mut Plan, topic: &str, expression: impl Expression + 'static) -> MessageIndex {
    let message = MessageIndex(index(plan.messages.len()).0);
    plan.messages.push(MessagePlan {
        topic: topic.into(),
        record: "Message".into(),
        fields: vec![field(expression)],
    });
    message
}

fn field(expression: impl Expression + 'static) -> FieldPlan {
    FieldPlan {
        name: "what".into(),
        expression: Arc::new(expression),
    }
}

fn replies(step: &str, result: &str) -> Replies {
    Replies {
        topic: step.into(),
        succeeded: format!("{step}{result}").into(),
        failed: Some(format!("{step}Refused").into()),
    }
}

fn index(at: usize) -> StepIndex {
    StepIndex(u16::try_from(at).expect("few steps"))
}
