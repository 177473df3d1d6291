//! Where a transactional id stands.

use serde::{Deserialize, Serialize};

/// Where a transactional id stands. Kafka's `PrepareEpochFence` and `Dead` last no time here: a fence and the abort that
/// follows it are one step, and so are the expiry of an id and its removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// No transaction since the id was initialised.
    Empty,
    /// A transaction is open.
    Ongoing,
    /// To be committed; its markers are not all written.
    PrepareCommit,
    /// To be aborted; its markers are not all written.
    PrepareAbort,
    /// The last transaction was committed.
    CompleteCommit,
    /// The last transaction was aborted.
    CompleteAbort,
}

/// Names that Kafka knows beside those of [`Stage`]; nothing is ever found under them.
const PASSING: [&str; 2] = ["Dead", "PrepareEpochFence"];

impl Stage {
    /// Kafka's name of it, which clients see.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
        }
    }

    /// Whether Kafka has a state of this name.
    pub(crate) fn is_known(name: &str) -> bool {
        const ALL: [Stage; 6] = [
            Stage::Empty,
            Stage::Ongoing,
            Stage::PrepareCommit,
            Stage::PrepareAbort,
            Stage::CompleteCommit,
            Stage::CompleteAbort,
        ];
        ALL.iter().any(|stage| stage.name() == name) || PASSING.contains(&name)
    }

    /// Whether the outcome is decided and its markers are not all written.
    pub(crate) fn is_ending(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }

    /// Whether nothing is under way, so that the id may be forgotten when nobody uses it.
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::Empty | Self::CompleteCommit | Self::CompleteAbort)
    }
}
