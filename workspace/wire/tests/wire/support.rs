//! What several tests need.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use palinode_core::{
    Action, CompensationOrder, Constant, FieldName, FieldPlan, ItemsPlan, MessageIndex, OnExhausted, Plan, Replies,
    RetryPolicy, SchemaId, StepPlan, Trigger, Value, Zone,
};
use palinode_wire::{Schemas, journal::JournalSchemas, own};

/// The repository's `schemas/` folder.
pub(crate) fn schema_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

/// The text of a schema of the repository.
pub(crate) fn schema_text(record: &str) -> String {
    let path = schema_folder().join(record.replace('.', "/")).with_extension("avsc");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Our own schemas under the ids 1, 2, 3…
pub(crate) fn journal_schemas() -> JournalSchemas {
    JournalSchemas::new(|name| {
        let at = own::ALL.iter().position(|schema| schema.name == name)?;
        Some(SchemaId(u32::try_from(at).unwrap() + 1))
    })
    .unwrap()
}

/// `schemas` with one more.
pub(crate) fn with(mut schemas: Schemas, id: u32, text: &str) -> Schemas {
    schemas.add(SchemaId(id), text).unwrap();
    schemas
}

/// A path with dots as names.
pub(crate) fn path(text: &str) -> Vec<FieldName> {
    text.split('.')
        .filter(|name| !name.is_empty())
        .map(FieldName::from)
        .collect()
}

/// Text as a value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// A plan with the steps `payment`, `stock` and, for each of an array, `pick`, whose outcome has the fields `total` and `vip`.
pub(crate) fn plan() -> Plan {
    let retry = || RetryPolicy {
        attempts: 3,
        initial: Duration::from_secs(1),
        factor: 2.0,
        max: Duration::from_secs(30),
        jitter: 0.0,
        when: None,
    };
    let step = |name: &str| StepPlan {
        name: name.into(),
        after: Vec::new(),
        dependents: Vec::new(),
        zone: Zone::Compensatable,
        when: None,
        unless: Vec::new(),
        items: None,
        action: Action::Command {
            message: MessageIndex(0),
            replies: Replies {
                topic: "t".into(),
                succeeded: "a.Done".into(),
                failed: None,
            },
        },
        timeout: Duration::from_secs(5),
        deadline: None,
        retry: retry(),
        on_exhausted: OnExhausted::Suspend,
        resumed_by: None,
        compensation: None,
    };
    let mut picked = step("pick");
    picked.items = Some(ItemsPlan {
        list: Arc::new(Constant(Value::Null)),
        parallel: 1,
        max: 10,
    });
    let field = |name: &str| FieldPlan {
        name: name.into(),
        expression: Arc::new(Constant(Value::Null)),
    };
    Plan {
        name: "order-fulfilment".into(),
        version: 7,
        hash: "0".into(),
        owner: "order-team".into(),
        started_by: Trigger {
            record: "shop.orders.OrderPlaced".into(),
            topic: "orders.events".into(),
        },
        cancelled_by: None,
        cancel_until: None,
        deadline: None,
        steps: vec![step("payment"), step("stock"), picked],
        pivot: None,
        compensation_order: CompensationOrder::Reverse,
        emits: Vec::new(),
        outcome: vec![field("total"), field("vip")],
        attributes: Vec::new(),
        messages: Vec::new(),
    }
}
