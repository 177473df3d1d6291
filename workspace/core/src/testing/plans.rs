//! Small plans. Every command has one field, which tells what it is for.

use std::{sync::Arc, time::Duration};

use crate::{
    CompensationPlan, Constant, Emission, Expression, FieldPlan, MessageIndex, MessagePlan, Milestone, OnExhausted,
    Plan, Replies, RetryPolicy, StepIndex, StepPlan, Trigger, Value, Zone,
};

use super::{Field, Is};

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

/// A step in the making. Without more it has one attempt, no compensation, and suspends when nobody answers.
#[derive(Clone, Debug)]
pub(crate) struct StepBuilder {
    name: String,
    after: Vec<u16>,
    compensated: bool,
    pivot: bool,
    attempts: u32,
    on_exhausted: OnExhausted,
    when: Option<Arc<dyn Expression>>,
}

pub(crate) fn step(name: impl Into<String>) -> StepBuilder {
    StepBuilder {
        name: name.into(),
        after: Vec::new(),
        compensated: false,
        pivot: false,
        attempts: 1,
        on_exhausted: OnExhausted::Suspend,
        when: None,
    }
}

impl StepBuilder {
    pub(crate) fn after(mut self, steps: &[u16]) -> Self {
        self.after = steps.to_vec();
        self
    }

    pub(crate) fn compensated(mut self) -> Self {
        self.compensated = true;
        self
    }

    pub(crate) fn pivot(mut self) -> Self {
        self.pivot = true;
        self
    }

    pub(crate) fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    pub(crate) fn compensate_when_exhausted(mut self) -> Self {
        self.on_exhausted = OnExhausted::Compensate;
        self
    }

    pub(crate) fn retried_on(self, code: &'static str) -> Self {
        self.retried_when(Is("reply.code", code))
    }

    pub(crate) fn retried_when(mut self, when: impl Expression + 'static) -> Self {
        self.when = Some(Arc::new(when));
        self
    }
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
        deadline: None,
        steps: Vec::new(),
        pivot,
        emits: Vec::new(),
        outcome: vec![field(Field("start.order_id"))],
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

    /// With another expression in the command of a step.
    pub(crate) fn commanding(mut self, step: StepIndex, expression: impl Expression + 'static) -> Self {
        let message = self.step(step).command;
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
        when: builder.when,
    };
    let name = builder.name;
    let command = add_message(plan, &name, Constant(Value::String(format!("do {name}").into())));
    let compensation = builder.compensated.then(|| CompensationPlan {
        command: add_message(plan, &name, Constant(Value::String(format!("undo {name}").into()))),
        replies: replies(&name, "Undone"),
        timeout: Duration::from_secs(20),
        retry: RetryPolicy {
            attempts: 2,
            when: None,
            ..retry.clone()
        },
    });
    plan.steps.push(StepPlan {
        replies: replies(&name, "Done"),
        name: name.into(),
        after,
        dependents: Vec::new(),
        zone,
        command,
        timeout: Duration::from_secs(5),
        retry,
        on_exhausted: builder.on_exhausted,
        resumed_by: None,
        compensation,
    });
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
