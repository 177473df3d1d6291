//! Which transactions are open, and what the broker decides about them.

use std::collections::BTreeMap;

use palinode_broker::{CallId, Output, RequestKind, ResponseKind};

use super::Space;
use crate::history::{Happened, Truth};

/// An instance of a transactional id.
pub(crate) type Instance = (i64, i16);

/// Which transactions are open.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The number of the last transaction.
    pub(crate) last: u64,
    /// The last transaction that an instance began.
    begun: BTreeMap<Instance, u64>,
    /// The transaction of an instance to which the broker added partitions.
    open: BTreeMap<Instance, u64>,
    asked: BTreeMap<CallId, Asked>,
}

#[derive(Debug)]
enum Asked {
    Add(Instance, Option<u64>),
    End { instance: Instance, commits: bool },
}

impl Ledger {
    /// An instance begins a transaction.
    pub(crate) fn begin(&mut self, instance: Instance, transaction: u64) {
        self.begun.insert(instance, transaction);
    }

    /// The next transaction's number.
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The broker is gone: what it was asked is not answered.
    pub(crate) fn forget(&mut self) {
        self.asked.clear();
    }

    /// A request reaches the broker.
    pub(crate) fn asked(&mut self, call: CallId, request: &RequestKind) {
        match request {
            RequestKind::AddPartitionsToTxn(add) => {
                let id = add.v3_and_below_producer_id.0;
                let instance = (id, add.v3_and_below_producer_epoch);
                let begun = self.begun.get(&instance).copied();
                self.asked.insert(call, Asked::Add(instance, begun));
            }
            RequestKind::EndTxn(end) => {
                let instance = (end.producer_id.0, end.producer_epoch);
                let commits = end.committed;
                self.asked.insert(call, Asked::End { instance, commits });
            }
            _ => {}
        }
    }

    /// What was decided when the broker answered; a commit of an open transaction is told apart.
    fn answered(&mut self, output: &Output) -> Vec<(u64, Truth)> {
        match &output.response {
            Some(ResponseKind::InitProducerId(answer)) if answer.error_code == 0 => {
                let (id, epoch) = (answer.producer_id.0, answer.producer_epoch);
                let older: Vec<Instance> = self
                    .open
                    .range((id, i16::MIN)..(id, epoch))
                    .map(|(instance, _)| *instance)
                    .collect();
                let gone = older.iter().filter_map(|instance| self.open.remove(instance));
                gone.map(|transaction| (transaction, Truth::Gone)).collect()
            }
            Some(ResponseKind::AddPartitionsToTxn(answer)) => {
                let Some(Asked::Add(instance, Some(begun))) = self.asked.remove(&output.call) else {
                    return Vec::new();
                };
                let mut results = answer.results_by_topic_v3_and_below.iter();
                let is_added = results.all(|topic| {
                    let partitions = &topic.results_by_partition;
                    partitions.iter().all(|partition| partition.partition_error_code == 0)
                });
                if is_added {
                    self.open.insert(instance, begun);
                }
                Vec::new()
            }
            Some(ResponseKind::EndTxn(answer)) => {
                let Some(Asked::End { instance, commits }) = self.asked.remove(&output.call) else {
                    return Vec::new();
                };
                let ended = (answer.error_code == 0).then(|| self.open.remove(&instance)).flatten();
                let truth = if commits { Truth::Stands } else { Truth::Gone };
                ended.map(|transaction| (transaction, truth)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Takes the transactions that nothing was decided about.
    pub(crate) fn undecided(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.open).into_values().collect()
    }
}

impl Space {
    /// Takes in what the broker decided when it answered; true when a transaction of this answer was committed.
    pub(crate) fn decide(&mut self, output: &Output) -> bool {
        let decided = self.ledger.answered(output);
        let commits = decided.iter().any(|(_, truth)| *truth == Truth::Stands);
        for (transaction, truth) in decided {
            self.note(Happened::Decided { transaction, truth });
        }
        commits
    }
}
