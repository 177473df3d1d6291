//! Plans with something special, made from the order saga.

use std::{sync::Arc, time::Duration};

use palinode_core::{
    Action, Constant, DecisionOption, DecisionPlan, EvaluationError, Expression, FieldName, Fields, ItemsPlan,
    OnTimeout, Plan, StepIndex, Trigger, Value, WaitPlan,
};

use super::order_plan;

/// The field at a path with dots.
#[derive(Debug)]
struct Field(&'static str);

impl Expression for Field {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        let path: Vec<FieldName> = self.0.split('.').map(FieldName::from).collect();
        let missing = |reason: String| EvaluationError {
            expression: self.0.into(),
            reason,
        };
        fields
            .value(&path)
            .map_err(|error| missing(error.to_string()))?
            .ok_or_else(|| missing("no such field".into()))
    }

    fn source(&self) -> &str {
        self.0
    }
}

/// The field at a path with dots.
pub(crate) fn field(path: &'static str) -> Arc<dyn Expression> {
    Arc::new(Field(path))
}

/// The order saga, in which `packing` does something else.
pub(crate) fn with_packing(action: Action) -> Plan {
    let mut plan = order_plan();
    let packing = &mut plan.steps[packing().at()];
    packing.action = action;
    packing.compensation = None;
    plan
}

/// The order saga that packs three times, two at a time.
pub(crate) fn with_items() -> Plan {
    let mut plan = order_plan();
    plan.steps[packing().at()].items = Some(ItemsPlan {
        list: Arc::new(Constant(Value::List(vec![Value::Null; 3]))),
        parallel: 2,
        max: 10,
    });
    plan
}

/// A question to people, which is approved or rejected, and rejected when nobody answers in time.
pub(crate) fn question(deadline: Duration) -> Action {
    let option = |name: &str, fails| DecisionOption {
        name: name.into(),
        fails,
    };
    Action::Decision(DecisionPlan {
        question: "shall it be packed?".into(),
        options: vec![option("approve", false), option("reject", true)],
        deadline,
        default: 1,
    })
}

/// The index of `packing`.
pub(crate) fn packing() -> StepIndex {
    order_plan().step_named("packing").unwrap()
}

/// A wait for a customer's wish, whose record has the saga's key, or names the saga in a field.
pub(crate) fn wait_for_wish(key: Option<Arc<dyn Expression>>) -> Action {
    Action::Wait(WaitPlan::Event {
        trigger: Trigger {
            record: "shop.orders.PaymentRetryRequested".into(),
            topic: "orders.wishes".into(),
        },
        key,
        timeout: Duration::from_secs(60),
        on_timeout: OnTimeout::Fail,
    })
}
