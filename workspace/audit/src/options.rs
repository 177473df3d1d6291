//! What the auditor is told beforehand.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::{DefinitionName, RecordName, StepName, TopicName};

/// What the auditor is told beforehand.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of partitions of the application, and of its topics.
    pub partitions: i32,
    /// Topics with another number of partitions.
    pub partitions_of: BTreeMap<TopicName, i32>,
    /// The steps of each version of each definition. Without them neither the order of compensations nor the
    /// completeness of a completed saga is checked.
    pub graphs: BTreeMap<(DefinitionName, u32), Graph>,
    /// Record types that the definitions name, by topic. Types that were seen to cause something need not stand here.
    pub named: BTreeSet<(TopicName, RecordName)>,
    /// The topics with events that name their saga in a field.
    pub correlated: BTreeSet<TopicName>,
    /// Whether everything should have come to an end.
    pub expect: Expect,
    /// Whether copies of commands and of events for everybody are expected, because a test has sent some.
    pub copied_outputs: Copies,
    /// The definition whose sagas are the shop's orders, for money and stock.
    pub orders: DefinitionName,
}

/// In which state the run should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The run goes on: sagas may be open and inputs unread.
    Running,
    /// Every saga has ended and every input was taken.
    Drained,
    /// As drained, but sagas may be suspended.
    DrainedOrSuspended,
}

/// Whether a record may stand on its topic more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// Each stands there once.
    Refused,
    /// Somebody else has sent copies.
    Allowed,
}

/// The steps of a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The steps.
    pub steps: BTreeMap<StepName, GraphStep>,
}

/// A step of a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphStep {
    /// The steps that must have succeeded before.
    pub after: Vec<StepName>,
    /// Whether it can be taken back.
    pub has_compensation: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            partitions: PARTITIONS,
            partitions_of: BTreeMap::new(),
            graphs: BTreeMap::new(),
            named: BTreeSet::new(),
            correlated: BTreeSet::new(),
            expect: Expect::Drained,
            copied_outputs: Copies::Refused,
            orders: ORDERS.into(),
        }
    }
}

impl Options {
    /// The number of partitions of `topic`.
    pub(crate) fn partitions_of(&self, topic: &TopicName) -> i32 {
        self.partitions_of.get(topic).copied().unwrap_or(self.partitions)
    }
}

impl Expect {
    /// Whether nothing may be left to do.
    pub(crate) fn is_drained(self) -> bool {
        self != Self::Running
    }
}

impl Graph {
    /// The steps that come directly after `step`.
    pub(crate) fn dependents<'a>(&'a self, step: &'a StepName) -> impl Iterator<Item = &'a StepName> {
        self.steps
            .iter()
            .filter(|(_, other)| other.after.contains(step))
            .map(|(name, _)| name)
    }
}

/// The default number of partitions of an application.
const PARTITIONS: i32 = 12;
/// The definition of the shop's orders.
const ORDERS: &str = "order-fulfilment";
