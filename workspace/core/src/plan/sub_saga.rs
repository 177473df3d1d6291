//! A step that is another saga.

use std::sync::Arc;

use crate::{DefinitionName, Expression, MessageIndex, Replies};

/// Another saga that is done as a step, and taken back with it.
#[derive(Clone, Debug)]
pub struct SubSagaPlan {
    /// The definition that the sub-saga follows.
    pub definition: DefinitionName,
    /// Gives the key of the sub-saga, once, before it is asked for.
    pub key: Arc<dyn Expression>,
    /// Its start event.
    pub start: MessageIndex,
    /// What it answers, when it ends and when it is taken back.
    pub replies: Replies,
}
