//! Where the parts of a plan stand in the file, for the check against schemas.

use std::sync::Arc;

use palinode_core::{FieldName, RecordName, StepIndex};

use crate::{
    expression::{Compiled, Tree},
    source::{At, Span},
    together::SubSagaPlace,
};

/// The places of one plan.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The records that are waited for.
    pub(crate) awaited: Vec<At<RecordName>>,
    /// The messages, in the order of the plan.
    pub(crate) messages: Vec<MessagePlace>,
    /// The other values.
    pub(crate) values: Vec<ValuePlace>,
    /// The sub-sagas.
    pub(crate) sub_sagas: Vec<SubSagaPlace>,
}

/// An expression whose value goes into no message.
#[derive(Debug)]
pub(crate) struct ValuePlace {
    pub(crate) expression: Expressed,
    /// What it sees.
    pub(crate) around: Around,
    /// What it must be.
    pub(crate) wants: Wants,
}

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Wants {
    /// True or false.
    Truth,
    /// A list of anything.
    List,
    /// A point in time.
    Time,
    /// The key of a saga, or null.
    Key,
    /// The key of a lock.
    Lock,
    /// The key of a sub-saga.
    SubSagaKey,
    /// What the outcome record takes for the field of this name.
    Attribute(FieldName),
}

/// What an expression sees where it stands, and what of it is certainly there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// The steps whose reply is there for sure.
    pub(crate) certain: Vec<StepIndex>,
    /// The record of the reply in hand.
    pub(crate) reply: Option<RecordName>,
    /// The record of the event of which the fields, and nothing else, are seen.
    pub(crate) event: Option<RecordName>,
    /// Whether a milestone is being told.
    pub(crate) milestone: bool,
    /// The list of which an element is in hand.
    pub(crate) items: Option<Expressed>,
}

/// A message that is sent.
#[derive(Debug)]
pub(crate) struct MessagePlace {
    /// Where its record is named.
    pub(crate) record: Span,
    /// What its fields see.
    pub(crate) around: Around,
    /// Its fields, in the order of the plan.
    pub(crate) fields: Vec<FieldPlace>,
}

/// A field that is filled.
#[derive(Debug)]
pub(crate) struct FieldPlace {
    pub(crate) name: At<FieldName>,
    pub(crate) expression: Expressed,
}

/// An expression, as text, ready to be evaluated, and in its parts.
#[derive(Clone, Debug)]
pub(crate) struct Expressed {
    pub(crate) text: At<String>,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) tree: Arc<Tree>,
}
