//! What can happen, as far as somebody wants to know it.

use std::{fmt, sync::Arc};

use palinode_core::Timestamp;
use palinode_log::{Outcome, Slot, TopicPartition};

/// What became of a transaction, as its topics say when everything is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Its records stand.
    Stands,
    /// They do not.
    Gone,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, by the world's clock.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A node's process began.
    NodeBegan { node: usize, run: Arc<str> },
    /// A node's process is no more.
    NodeEnded { node: usize, why: &'static str },
    /// Membership said something.
    Membership { node: usize, task: i32, is_proposed: bool },
    /// All ids of a task were initialised, or not.
    Fenced {
        node: usize,
        task: i32,
        error: Option<String>,
    },
    /// A task began a transaction. Its number is never given twice in a world.
    Began {
        node: usize,
        task: i32,
        slot: Slot,
        transaction: u64,
        /// The ids (`ce_id`, or the journal's event ids) of its records, in order.
        records: Vec<String>,
        /// Of the node, by its own clock.
        node_time: Timestamp,
    },
    /// A task learned how a transaction ended.
    Ended {
        node: usize,
        task: i32,
        transaction: u64,
        told: Outcome,
    },
    /// The broker decided a transaction: `EndTxn`, a fence or its time-out.
    Decided { transaction: u64, truth: Truth },
    /// A task read inputs.
    Read {
        node: usize,
        task: i32,
        records: Vec<(TopicPartition, i64)>,
    },
    /// A task's phase, after it changed.
    Status { node: usize, task: i32, status: String },
    /// A store was opened, refused or set aside.
    Store { node: usize, task: i32, what: String },
    /// A fault.
    Fault { kind: &'static str, what: String },
    /// A customer, a person or a service wrote a record.
    Written {
        by: String,
        to: TopicPartition,
        offset: i64,
        what: String,
    },
    /// A service read a command.
    Asked { service: String, id: String, what: String },
    /// Everything is healed; no fault happens any more.
    Healed,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:?}", self.at.0, self.what)
    }
}
