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
    NodeBegan {
        /// Which node.
        node: usize,
        /// The run's name.
        run: Arc<str>,
    },
    /// A node's process is no more.
    NodeEnded {
        /// Which node.
        node: usize,
        /// Why.
        why: &'static str,
    },
    /// Membership said something.
    Membership {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// Whether the node shall run the task.
        is_proposed: bool,
    },
    /// All ids of a task were initialised, or not.
    Fenced {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// Why not; none when they were.
        error: Option<String>,
    },
    /// A task began a transaction. Its number is never given twice in a world.
    Began {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// The id by which it is written.
        slot: Slot,
        /// Its number.
        transaction: u64,
        /// The ids (`ce_id`, or the journal's event ids) of its records, in order.
        records: Vec<String>,
        /// Of the node, by its own clock.
        node_time: Timestamp,
    },
    /// A task learned how a transaction ended.
    Ended {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// Its number.
        transaction: u64,
        /// What it learned.
        told: Outcome,
    },
    /// The broker decided a transaction: `EndTxn`, a fence or its time-out.
    Decided {
        /// Its number.
        transaction: u64,
        /// What it decided.
        truth: Truth,
    },
    /// A task read inputs.
    Read {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// Their places.
        records: Vec<(TopicPartition, i64)>,
    },
    /// A task's phase, after it changed.
    Status {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// The phase.
        status: String,
    },
    /// A store was opened, refused or set aside.
    Store {
        /// Which node.
        node: usize,
        /// Which task.
        task: i32,
        /// What it was, in words.
        what: String,
    },
    /// A fault.
    Fault {
        /// Its kind.
        kind: &'static str,
        /// What it was, in words.
        what: String,
    },
    /// A customer, a person or a service wrote a record.
    Written {
        /// Who.
        by: String,
        /// Where.
        to: TopicPartition,
        /// Its offset there.
        offset: i64,
        /// What it was, in words.
        what: String,
    },
    /// A service read a command.
    Asked {
        /// Which service.
        service: String,
        /// The command's id.
        id: String,
        /// What it was, in words.
        what: String,
    },
    /// Everything is healed; no fault happens any more.
    Healed,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:?}", self.at.0, self.what)
    }
}
