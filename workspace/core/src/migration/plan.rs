//! What people write down before sagas move.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{StepName, Value};

/// How the sagas of one version of a definition go on with another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// The version that they follow.
    pub from: u32,
    /// The version that they go on with.
    pub to: u32,
    /// Steps that have another name there. A step that is not named here is the one of the same name.
    pub renames: Vec<Rename>,
    /// New steps that are passed over in sagas that have gone beyond them.
    pub passed_over: Vec<StepName>,
    /// Values of fields that such sagas do not have.
    pub defaults: Vec<FieldDefault>,
}

impl Migration {
    /// The name that the step called `name` has in the version that is moved to.
    pub fn name_of<'a>(&'a self, name: &'a StepName) -> &'a StepName {
        let renamed = self.renames.iter().find(|rename| rename.was == *name);
        renamed.map_or(name, |rename| &rename.is)
    }
}

/// A step that has another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// In the version that sagas leave.
    pub was: StepName,
    /// In the version that they go on with.
    pub is: StepName,
}

/// The value of a field that a saga does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDefault {
    /// The path of the field as expressions name it, for example `start.gift` or `steps.fraud.reply.score`.
    pub path: Arc<str>,
    /// Its value.
    pub value: DefaultValue,
}

/// A value that can be written in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Long(i64),
    /// Text, or the symbol of an enum.
    String(Arc<str>),
}

impl From<&DefaultValue> for Value {
    fn from(value: &DefaultValue) -> Self {
        match value {
            DefaultValue::Null => Self::Null,
            DefaultValue::Boolean(value) => Self::Boolean(*value),
            DefaultValue::Long(value) => Self::Long(*value),
            DefaultValue::String(value) => Self::String(Arc::clone(value)),
        }
    }
}
