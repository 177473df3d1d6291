//! Counts of what was reached.

use std::{collections::BTreeMap, fmt};

use super::{expected::expected, points::points};
use crate::checks::Scene;

/// What worlds reached, and how many worlds reached it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    worlds: u64,
    reached: BTreeMap<(Group, String), u64>,
}

/// Things of one kind that can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A kind of fault happened.
    Fault,
    /// Two kinds of trouble happened shortly after each other.
    Pair,
    /// A world ran these definitions.
    Definitions,
    /// A service answered so.
    Service,
    /// A transaction ended so.
    Transaction,
    /// A task stood so.
    Task,
    /// This happened to a saga.
    Event,
    /// A saga turned back, was suspended or ended for this reason.
    Reason,
    /// An input was refused so.
    Rejection,
    /// An input became a dead letter for this reason.
    DeadLetter,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Fault,
        Self::Pair,
        Self::Definitions,
        Self::Service,
        Self::Transaction,
        Self::Task,
        Self::Event,
        Self::Reason,
        Self::Rejection,
        Self::DeadLetter,
    ];
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fault => "faults",
            Self::Pair => "pairs of troubles",
            Self::Definitions => "definitions",
            Self::Service => "answers of services",
            Self::Transaction => "ends of transactions",
            Self::Task => "states of tasks",
            Self::Event => "events of sagas",
            Self::Reason => "reasons",
            Self::Rejection => "refusals",
            Self::DeadLetter => "dead letters",
        })
    }
}

impl Coverage {
    /// What one world reached.
    #[must_use]
    pub fn of(scene: &Scene<'_>) -> Self {
        Self {
            worlds: 1,
            reached: points(scene).into_iter().map(|point| (point, 1)).collect(),
        }
    }

    /// Adds what other worlds reached.
    pub fn merge(&mut self, other: &Self) {
        self.worlds += other.worlds;
        for (point, count) in &other.reached {
            *self.reached.entry(point.clone()).or_default() += count;
        }
    }

    /// How many worlds were looked at.
    #[must_use]
    pub fn worlds(&self) -> u64 {
        self.worlds
    }

    /// In how many worlds each thing of a group was reached; also those that should have been reached and were not.
    #[must_use]
    pub fn of_group(&self, group: Group) -> BTreeMap<&str, u64> {
        let should = expected(group).into_iter().map(|name| (name, 0));
        let reached = self.reached.iter().filter(|((of, _), _)| *of == group);
        should
            .chain(reached.map(|((_, name), count)| (name.as_str(), *count)))
            .collect()
    }

    /// What was never reached and should have been, as sentences.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let missing = |group: Group| {
            let counts = self.of_group(group);
            counts
                .into_iter()
                .filter(|(_, count)| *count == 0)
                .map(move |(name, _)| format!("of the {group}, '{name}' was reached by none of {} worlds", self.worlds))
                .collect::<Vec<_>>()
        };
        Group::ALL.into_iter().flat_map(missing).collect()
    }
}
