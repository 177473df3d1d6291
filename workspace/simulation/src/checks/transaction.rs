//! The transactions of a world, and what became of each.

use std::collections::BTreeMap;

use palinode_core::Timestamp;
use palinode_log::{Outcome, Slot};

use crate::history::{Entry, Happened, Truth};

/// A transaction that a task began.
#[derive(Clone, Debug)]
pub struct Transaction<'a> {
    /// Its number in the world.
    pub number: u64,
    /// The node.
    pub node: usize,
    /// The task.
    pub task: i32,
    /// The id by which it was written.
    pub slot: Slot,
    /// The ids of its records, in order.
    pub ids: &'a [String],
    /// When it began, by the world's clock.
    pub at: Timestamp,
    /// When it began, by the node's clock.
    pub node_time: Timestamp,
    /// What its task was told of its end.
    pub told: Option<&'a Outcome>,
    /// What the broker decided.
    pub decided: Option<Truth>,
    /// The offset of its last record of the journal, when it stands there.
    pub stands_at: Option<i64>,
}

impl Transaction<'_> {
    /// The transaction in words.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { number, node, task, .. } = self;
        format!("transaction {number} (node {node}, task {task})")
    }
}

/// All transactions of `entries`, in the order in which they began; where they stand is not known yet.
pub(super) fn transactions(entries: &[Entry]) -> Vec<Transaction<'_>> {
    let mut all: Vec<Transaction<'_>> = Vec::new();
    let mut by_number: BTreeMap<u64, usize> = BTreeMap::new();
    for entry in entries {
        match &entry.what {
            Happened::Began {
                node,
                task,
                slot,
                transaction,
                records,
                node_time,
            } => {
                by_number.insert(*transaction, all.len());
                all.push(Transaction {
                    number: *transaction,
                    node: *node,
                    task: *task,
                    slot: *slot,
                    ids: records,
                    at: entry.at,
                    node_time: *node_time,
                    told: None,
                    decided: None,
                    stands_at: None,
                });
            }
            Happened::Ended { transaction, told, .. } => {
                if let Some(at) = by_number.get(transaction) {
                    all[*at].told = Some(told);
                }
            }
            Happened::Decided { transaction, truth } => {
                if let Some(at) = by_number.get(transaction) {
                    all[*at].decided = Some(*truth);
                }
            }
            _ => {}
        }
    }
    all
}
