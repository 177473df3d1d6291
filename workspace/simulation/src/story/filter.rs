//! Which part of a history belongs to a saga.

use std::collections::BTreeSet;

use palinode_core::SagaId;
use palinode_wire::partition_of;

use crate::{
    checks::Scene,
    history::{Entry, Happened},
};

/// What belongs to a story: all of a world, or a saga and its task.
pub(super) struct Filter<'a> {
    /// The saga and its task.
    about: Option<(&'a SagaId, i32)>,
    /// The beginning of the ids of its commands.
    ids: String,
    /// Transactions that wrote something of the saga, and claims.
    transactions: BTreeSet<u64>,
}

impl<'a> Filter<'a> {
    /// What belongs to `saga`; all when there is none.
    pub(super) fn new(scene: &Scene<'_>, saga: Option<&'a SagaId>) -> Self {
        let tasks = scene.remains.plan.tasks.max(1);
        let about = saga.map(|saga| (saga, partition_of(saga.key.as_str().as_bytes(), tasks)));
        let ids = saga.map(|saga| format!("{saga}/")).unwrap_or_default();
        let concerns = |transaction: &&crate::checks::Transaction<'_>| {
            about.is_none_or(|(_, task)| {
                let is_claim = transaction.ids.len() == 1;
                transaction.task == task && (is_claim || transaction.ids.iter().any(|id| id.contains(&ids)))
            })
        };
        let transactions = scene
            .transactions
            .iter()
            .filter(concerns)
            .map(|transaction| transaction.number);
        Self {
            transactions: transactions.collect(),
            about,
            ids,
        }
    }

    /// Whether the entry is part of the story.
    pub(super) fn belongs(&self, scene: &Scene<'_>, entry: &Entry) -> bool {
        let Some((saga, about)) = self.about else { return true };
        match &entry.what {
            Happened::Membership { task, .. }
            | Happened::Fenced { task, .. }
            | Happened::Status { task, .. }
            | Happened::Store { task, .. } => *task == about,
            Happened::Began { transaction, task, .. } | Happened::Ended { transaction, task, .. } => {
                *task == about && self.transactions.contains(transaction)
            }
            Happened::Decided { transaction, .. } => self.transactions.contains(transaction),
            Happened::Read { .. } => false,
            Happened::Written { to, offset, .. } => {
                let record = scene.record_at(&format!("{to}/{offset}"));
                record.is_some_and(|record| record.key.as_deref() == Some(saga.key.as_str().as_bytes()))
            }
            Happened::Asked { id, .. } => id.starts_with(&self.ids),
            Happened::NodeBegan { .. } | Happened::NodeEnded { .. } | Happened::Fault { .. } | Happened::Healed => true,
        }
    }
}
