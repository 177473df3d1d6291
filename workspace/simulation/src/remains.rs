//! What is left when a world is over: all that a judge may look at.

use std::collections::BTreeMap;

use palinode_core::{Saga, SagaId, Timer, Timestamp};
use palinode_log::{Consumed, TopicPartition};

use crate::{history::History, plan::WorldPlan};

/// What is left when a world is over.
#[derive(Debug)]
pub struct Remains {
    /// What was to happen.
    pub plan: WorldPlan,
    /// What happened.
    pub history: History,
    /// The committed records of every partition, in order, from the first offset that was ever written on: what was
    /// cleaned away in between is here, too.
    pub topics: BTreeMap<TopicPartition, Vec<Consumed>>,
    /// What the owner of each task kept at the end, and what a replay of the journal from nothing leads to.
    pub tasks: BTreeMap<i32, TaskRemains>,
    /// Why the world did not come to rest after it was healed; none when it did.
    pub unrest: Option<String>,
    /// The most of what a buffer held, by its name, and how much it may hold.
    pub buffers: BTreeMap<&'static str, (usize, usize)>,
    /// The world's clock at the end.
    pub ended_at: Timestamp,
}

/// What is left of a task.
#[derive(Clone, Debug, Default)]
pub struct TaskRemains {
    /// In the store of its owner.
    pub kept: Contents,
    /// After a replay of the journal from nothing.
    pub replayed: Contents,
    /// After a restore from the snapshots and the journal behind them.
    pub restored: Contents,
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// Its sagas.
    pub sagas: BTreeMap<SagaId, Saga>,
    /// Its timers.
    pub timers: Vec<(SagaId, Timer)>,
    /// Its input positions.
    pub positions: BTreeMap<(String, i32), i64>,
}
