//! Where the parts of a plan stand in the file, for the check against schemas.

use std::sync::Arc;

use palinode_core::{FieldName, RecordName, StepIndex};

use crate::{
    expression::Compiled,
    source::{At, Span},
};

/// The places of one plan.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The records that are waited for.
    pub(crate) awaited: Vec<At<RecordName>>,
    /// The messages, in the order of the plan.
    pub(crate) messages: Vec<MessagePlace>,
    /// The fields of the outcome.
    pub(crate) outcome: Vec<FieldPlace>,
    /// Each `when`, with the record of the reply that it looks at.
    pub(crate) whens: Vec<(Expressed, RecordName)>,
}

/// A message that is sent.
#[derive(Debug)]
pub(crate) struct MessagePlace {
    /// Where its record is named.
    pub(crate) record: Span,
    /// The steps whose reply is certainly there when it is sent; `None`: it may be sent at any time.
    pub(crate) certain: Option<Vec<StepIndex>>,
    /// Its fields, in the order of the plan.
    pub(crate) fields: Vec<FieldPlace>,
}

/// A field that is filled.
#[derive(Debug)]
pub(crate) struct FieldPlace {
    pub(crate) name: At<FieldName>,
    pub(crate) expression: Expressed,
}

/// An expression, as text and compiled.
#[derive(Clone, Debug)]
pub(crate) struct Expressed {
    pub(crate) text: At<String>,
    pub(crate) compiled: Arc<Compiled>,
}
