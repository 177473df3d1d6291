//! What a migration made of one saga.

use serde::{Deserialize, Serialize};

use super::FieldDefault;
use crate::{SagaState, StepIndex, StepName, Value};

/// What a migration makes of one saga: for each step of the new plan where its state comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrated {
    /// The version that it followed.
    pub from: u32,
    /// The version that it goes on with.
    pub to: u32,
    /// The steps, in the order of the new plan.
    pub steps: Vec<MigratedStep>,
    /// Values of fields that the saga does not have.
    pub defaults: Vec<FieldDefault>,
}

/// Where the state of a step comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigratedStep {
    /// The step.
    pub step: StepName,
    /// Its position in the plan before; none when it is new.
    pub was: Option<StepIndex>,
    /// Whether it is new and passed over, because the saga has gone beyond it.
    pub passed_over: bool,
}

/// What a saga keeps of its migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Values of fields that the saga does not have.
    pub defaults: Vec<FieldDefault>,
    /// The saga before its migration; none once something has happened to it since, so that the way back is closed.
    pub before: Option<Box<SagaState>>,
}

impl Moved {
    /// The value that stands in for the field at `path`.
    pub(crate) fn default<'a>(&self, path: impl IntoIterator<Item = &'a str> + Clone) -> Option<Value> {
        let is_it = |default: &&FieldDefault| default.path.split('.').eq(path.clone());
        self.defaults
            .iter()
            .find(is_it)
            .map(|default| Value::from(&default.value))
    }
}
