//! What a scenario is, and all of them.

use super::{clocks, commits, stores, take_overs, topics, versions};
use crate::{Remains, plan::WorldPlan};

/// A world with a name.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What it is about, in a sentence.
    pub meaning: &'static str,
    /// How it should end.
    pub end: End,
    /// Its plan, by seed.
    pub plan: fn(u64) -> WorldPlan,
    /// Whether a world met what it is about. Some worlds of a scenario have to, not all.
    pub is_met: fn(&Remains) -> bool,
}

/// How a scenario should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All laws are kept, and everything comes to rest.
    AtRest,
    /// A task cannot go on and says why, because what it stands on was taken away: a person has to act. What was written
    /// before keeps all laws but those of a world at rest.
    Stuck,
}

/// All scenarios.
#[must_use]
pub fn all() -> Vec<Scenario> {
    [
        take_overs::ALL.as_slice(),
        &commits::ALL,
        &stores::ALL,
        &topics::ALL,
        &clocks::ALL,
        &versions::ALL,
    ]
    .concat()
}
