//! What happened at one point of a story.

use palinode_core::{Attempt, Purpose, Round, Timestamp, Value};
use palinode_wire::journal::SagaRecord;

use crate::plan_view;

/// One input and all that followed from it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// The input, in words.
    pub cause: String,
    /// What the journal would say.
    pub events: Vec<Happened>,
    /// What was sent.
    pub sent: Vec<Sent>,
    /// Why something could not be sent.
    pub trouble: Option<String>,
}

/// An event, as the journal would tell it.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The record.
    pub record: SagaRecord,
    /// Whether a person should look.
    pub needs_attention: bool,
}

/// Something that was sent.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A command to a participant.
    Command {
        /// The step.
        step: String,
        /// Do it or take it back.
        purpose: Purpose,
        /// The request.
        round: Round,
        /// The command's number.
        attempt: Attempt,
        /// The record type.
        record: String,
        /// What the participant reads.
        content: Value,
    },
    /// An event for everybody.
    Emission {
        /// What it tells of.
        milestone: String,
        /// The record type.
        record: String,
        /// What everybody reads.
        content: Value,
    },
    /// The row for analysts, without the stages.
    Outcome {
        /// The definition's own fields.
        content: Value,
    },
}

impl Sent {
    /// The name of the command's step, as scenarios write it.
    pub(crate) fn command_name(&self) -> Option<String> {
        match self {
            Self::Command { step, purpose, .. } => Some(plan_view::name(step, *purpose)),
            Self::Emission { .. } | Self::Outcome { .. } => None,
        }
    }
}
