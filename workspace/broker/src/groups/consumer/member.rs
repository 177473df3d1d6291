//! A member of a consumer group.

use std::{collections::BTreeSet, time::Duration};

use kafka_protocol::protocol::StrBytes;

use super::{Assignor, Partitions};
use crate::{Timestamp, pattern::Pattern};

/// How far a member has come on its way to its target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Progress {
    /// It has what it should have, as of its epoch.
    #[default]
    Stable,
    /// It must give partitions back before it comes to the next epoch.
    Revoking,
    /// It waits for partitions that others have not given back.
    Awaiting,
}

/// A member.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) instance: Option<StrBytes>,
    pub(super) rack: Option<StrBytes>,
    pub(super) client_id: StrBytes,
    pub(super) client_host: StrBytes,
    pub(super) rebalance_timeout: Duration,
    /// The topics that it reads.
    pub(super) topics: BTreeSet<StrBytes>,
    /// The expression of the topics that it reads besides.
    pub(super) pattern: Option<Pattern>,
    pub(super) assignor: Option<Assignor>,
    /// The epoch that it is in; -2 while a static member is away.
    pub(super) epoch: i32,
    /// The epoch before: its answer may have been lost, so that the member still names it.
    pub(super) previous_epoch: i32,
    pub(super) progress: Progress,
    /// What it may read.
    pub(super) assigned: Partitions,
    /// What it must give back.
    pub(super) revoking: Partitions,
    /// When it has been silent for too long.
    pub(super) session_deadline: Option<Timestamp>,
    /// When it should have given back what it must.
    pub(super) revoke_deadline: Option<Timestamp>,
}

impl Member {
    /// Whether it has come to the target of an epoch.
    pub(super) fn is_at(&self, target_epoch: i32) -> bool {
        self.progress == Progress::Stable && self.epoch == target_epoch
    }

    /// Whether nobody else may have a partition, because this member has it or has not given it back.
    pub(super) fn holds(&self, topic: uuid::Uuid, partition: i32) -> bool {
        self.assigned.contains(topic, partition) || self.revoking.contains(topic, partition)
    }

    /// Its next deadline.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.session_deadline.into_iter().chain(self.revoke_deadline).min()
    }
}
