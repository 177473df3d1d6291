//! Small plans. Every command has one field, which tells what it is for.

use std::{sync::Arc, time::Duration};

use crate::{
    Action, CompensationExhausted, CompensationOrder, CompensationPlan, Constant, DecisionOption, DecisionPlan,
    Emission, Expression, FieldPlan, ItemsPlan, LockPlan, MessageIndex, MessagePlan, Milestone, OnExhausted, OnTimeout,
    Plan, Purpose, Replies, RetryPolicy, StepIndex, StepPlan, SubSagaPlan, Trigger, Value, WaitPlan, Zone,
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
    compensation_exhausted: CompensationExhausted,
    retry_when: Option<Arc<dyn Expression>>,
    jitter: f64,
    deadline: Option<Duration>,
    when: Option<Arc<dyn Expression>>,
    unless: Vec<u16>,
    items: Option<ItemsPlan>,
    does: Does,
}

/// What a step of a test does.
#[derive(Clone, Debug)]
enum Does {
    Command,
    WaitFor(Duration),
    WaitUntil(Arc<dyn Expression>),
    WaitForEvent(OnTimeout),
    Decide,
    Lock(Arc<dyn Expression>, OnTimeout, Vec<u16>),
    SubSaga(Arc<dyn Expression>),
}

pub(crate) fn step(name: impl Into<String>) -> StepBuilder {
    StepBuilder {
        name: name.into(),
        after: Vec::new(),
        compensated: false,
        pivot: false,
        attempts: 1,
        on_exhausted: OnExhausted::Suspend,
        compensation_exhausted: CompensationExhausted::Suspend,
        retry_when: None,
        jitter: 0.0,
        deadline: None,
        when: None,
        unless: Vec::new(),
        items: None,
        does: Does::Command,
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

    pub(crate) fn uncompensated(mut self) -> Self {
        self.compensated = false;
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

    /// Given up when no attempt is left, or when it is refused.
    pub(crate) fn optional(mut self) -> Self {
        self.on_exhausted = OnExhausted::Continue;
        self
    }

    /// Whose compensation is given up when no attempt is left.
    pub(crate) fn undone_if_possible(mut self) -> Self {
        self.compensation_exhausted = CompensationExhausted::Continue;
        self
    }

    pub(crate) fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter;
        self
    }

    pub(crate) fn within(mut self, seconds: u64) -> Self {
        self.deadline = Some(Duration::from_secs(seconds));
        self
    }

    pub(crate) fn when(mut self, condition: impl Expression + 'static) -> Self {
        self.when = Some(Arc::new(condition));
        self
    }

    pub(crate) fn unless(mut self, alternatives: &[u16]) -> Self {
        self.unless = alternatives.to_vec();
        self
    }

    /// Done for each element of the array at `path`, at most ten.
    pub(crate) fn for_each(self, path: &'static str, parallel: u16) -> Self {
        self.for_each_of(Field(path), parallel)
    }

    pub(crate) fn for_each_of(mut self, list: impl Expression + 'static, parallel: u16) -> Self {
        self.items = Some(ItemsPlan {
            list: Arc::new(list),
            parallel,
            max: 10,
        });
        self
    }

    pub(crate) fn waits_for(mut self, seconds: u64) -> Self {
        self.does = Does::WaitFor(Duration::from_secs(seconds));
        self
    }

    pub(crate) fn waits_until(mut self, time: impl Expression + 'static) -> Self {
        self.does = Does::WaitUntil(Arc::new(time));
        self
    }

    /// Waits for its event, a minute at the most.
    pub(crate) fn waits_for_event(mut self, on_timeout: OnTimeout) -> Self {
        self.does = Does::WaitForEvent(on_timeout);
        self
    }

    /// Asks whether to `approve` or to `reject`, an hour at the most; then it is rejected.
    pub(crate) fn decides(mut self) -> Self {
        self.does = Does::Decide;
        self
    }

    /// Takes the lock that `key` names; waits for it half a minute at the most.
    pub(crate) fn locks(mut self, key: impl Expression + 'static, on_timeout: OnTimeout) -> Self {
        self.does = Does::Lock(Arc::new(key), on_timeout, Vec::new());
        self
    }

    /// Gives its lock back when `steps` are settled.
    pub(crate) fn releases_after(mut self, steps: &[u16]) -> Self {
        if let Does::Lock(_, _, until) = &mut self.does {
            *until = steps.to_vec();
        }
        self
    }

    /// Another saga, `stay/<key>`, is asked to do it.
    pub(crate) fn sub_saga(mut self, key: impl Expression + 'static) -> Self {
        self.does = Does::SubSaga(Arc::new(key));
        self
    }

    pub(crate) fn retried_on(self, code: &'static str) -> Self {
        self.retried_when(Is("reply.code", code))
    }

    pub(crate) fn retried_when(mut self, when: impl Expression + 'static) -> Self {
        self.retry_when = Some(Arc::new(when));
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
