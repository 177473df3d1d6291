//! The plan of a world.

use serde::{Deserialize, Serialize};

use super::{Fault, Timed, Wish};

/// Which definitions the nodes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Definitions {
    /// The order saga of the demo.
    Order,
    /// The order saga and its next version: nodes know the one or both, until all are upgraded.
    TwoVersions,
    /// A step for each item of a list.
    Items,
    /// A step that a person decides.
    Decision,
    /// A step that waits for an event of another key.
    Wait,
    /// A step under a lock that several sagas want.
    Lock,
    /// A step that is a saga of another definition.
    SubSaga,
}

impl Definitions {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Order,
        Self::TwoVersions,
        Self::Items,
        Self::Decision,
        Self::Wait,
        Self::Lock,
        Self::SubSaga,
    ];

    /// In words, for coverage and for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "the order saga",
            Self::TwoVersions => "two versions",
            Self::Items => "a step for each item",
            Self::Decision => "a decision",
            Self::Wait => "a wait for an event",
            Self::Lock => "locks",
            Self::SubSaga => "a saga within a saga",
        }
    }
}

/// A node of a world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePlan {
    /// By how much its clock is ahead of the world's, in milliseconds; behind when negative.
    pub clock_ahead_ms: i64,
    /// Whether it begins with the older set of definitions.
    pub is_old: bool,
}

/// How services behave. The numbers are how many of a hundred answers are so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// An answer takes up to so many milliseconds.
    pub delay_up_to_ms: i64,
    /// Answers that take as long again as all time-outs of a step.
    pub late_percent: u8,
    /// Commands that are never answered.
    pub silent_percent: u8,
    /// Answers that are written twice.
    pub twice_percent: u8,
    /// Commands that are refused for good.
    pub refused_percent: u8,
    /// Commands that fail in a way that may pass.
    pub failed_percent: u8,
    /// Answers without a header, as of services that know nothing of Palinode.
    pub bare_percent: u8,
    /// Answers to what was never asked.
    pub unasked_percent: u8,
    /// Answers by an event of another type than the step has.
    pub wrong_percent: u8,
    /// Whether the services read what is not committed, too.
    pub read_uncommitted: bool,
}

/// The plan of a world: with the seed, all that decides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldPlan {
    /// Decides what chance says: delays, and the behaviour of services.
    pub seed: u64,
    /// The nodes.
    pub nodes: Vec<NodePlan>,
    /// The application's tasks, and its topics' partitions.
    pub tasks: i32,
    /// What the nodes run.
    pub definitions: Definitions,
    /// How long after `EndTxn` was answered its markers are written; none: with the answer.
    pub marker_delay_ms: Option<i64>,
    /// How services behave.
    pub services: Services,
    /// What customers and people do, in the order of time.
    pub wishes: Vec<Timed<Wish>>,
    /// What goes wrong, in the order of time.
    pub faults: Vec<Timed<Fault>>,
    /// When faults end and everything is healed, in milliseconds from the world's beginning.
    pub heal_at_ms: i64,
}
