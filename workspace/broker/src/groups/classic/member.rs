//! A member of a classic group.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;

use crate::{Timestamp, groups::Waiting};

/// An assignment protocol that a member offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Protocol {
    /// Its name.
    pub(crate) name: StrBytes,
    /// What the leader is told of the member under this protocol.
    pub(crate) metadata: Bytes,
}

/// A member of a group.
#[derive(Debug)]
pub(crate) struct Member {
    /// The name under which it comes back after a restart, if it is static.
    pub(super) instance: Option<StrBytes>,
    /// Who it is.
    pub(super) client_id: StrBytes,
    /// Where it is.
    pub(super) client_host: StrBytes,
    /// How long it may take to join a rebalance.
    pub(super) rebalance_timeout: Duration,
    /// How long it may be silent.
    pub(super) session_timeout: Duration,
    /// What it offers, best first.
    pub(super) protocols: Vec<Protocol>,
    /// What the leader gave it.
    pub(super) assignment: Bytes,
    /// Whether it has not been in a generation yet.
    pub(super) is_new: bool,
    /// Its JoinGroup that waits.
    pub(super) joining: Option<Waiting>,
    /// Its SyncGroup that waits.
    pub(super) syncing: Option<Waiting>,
    /// When it has been silent for too long. None while a call of it waits and its time was up: the answer starts it
    /// again.
    pub(super) deadline: Option<Timestamp>,
}

impl Member {
    /// What the leader is told of it under a protocol.
    pub(super) fn metadata(&self, protocol: &StrBytes) -> Bytes {
        let offered = self.protocols.iter().find(|offered| offered.name == *protocol);
        offered.map(|offered| offered.metadata.clone()).unwrap_or_default()
    }

    /// The protocol of `candidates` that it likes best.
    pub(super) fn vote<'a>(&'a self, candidates: &BTreeSet<&StrBytes>) -> Option<&'a StrBytes> {
        let mut names = self.protocols.iter().map(|protocol| &protocol.name);
        names.find(|name| candidates.contains(name))
    }

    /// Whether it may be silent: a call of it waits for an answer. A new member's call may not wait for ever.
    pub(super) fn is_heard(&self) -> bool {
        !self.is_new && (self.joining.is_some() || self.syncing.is_some())
    }
}
