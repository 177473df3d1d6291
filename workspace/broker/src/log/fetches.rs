//! Fetches that wait for records: until there are enough, or their time is up.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::FetchRequest;

use super::FetchId;
use crate::{Call, ConnectionId, Timestamp};

/// A fetch that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Who asks.
    pub(crate) call: Call,
    /// What for.
    pub(crate) request: FetchRequest,
    deadline: Timestamp,
}

/// The fetches that wait. None of it is durable: a client that hears nothing asks again.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    last: u64,
    waiting: BTreeMap<FetchId, Waiting>,
    deadlines: BTreeSet<(Timestamp, FetchId)>,
    connections: BTreeSet<(ConnectionId, FetchId)>,
    woken: BTreeSet<FetchId>,
}

impl Fetches {
    /// Lets a fetch wait until a deadline.
    pub(crate) fn wait(&mut self, call: Call, request: FetchRequest, deadline: Timestamp) -> FetchId {
        self.last += 1;
        let id = FetchId(self.last);
        self.deadlines.insert((deadline, id));
        self.connections.insert((call.id.connection, id));
        self.waiting.insert(
            id,
            Waiting {
                call,
                request,
                deadline,
            },
        );
        id
    }

    /// A fetch that waits.
    pub(crate) fn get(&self, id: FetchId) -> Option<&Waiting> {
        self.waiting.get(&id)
    }

    /// Takes a fetch out.
    pub(crate) fn remove(&mut self, id: FetchId) -> Option<Waiting> {
        let waiting = self.waiting.remove(&id)?;
        self.deadlines.remove(&(waiting.deadline, id));
        self.connections.remove(&(waiting.call.id.connection, id));
        self.woken.remove(&id);
        Some(waiting)
    }

    /// Notes that a fetch has something to read.
    pub(crate) fn wake(&mut self, id: FetchId) {
        self.woken.insert(id);
    }

    /// The fetches that have been woken since the last call.
    pub(crate) fn take_woken(&mut self) -> BTreeSet<FetchId> {
        std::mem::take(&mut self.woken)
    }

    /// The fetches whose time is up.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<FetchId> {
        self.deadlines
            .iter()
            .take_while(|(deadline, _)| *deadline <= now)
            .map(|(_, id)| *id)
            .collect()
    }

    /// The fetches of a connection.
    pub(crate) fn of(&self, connection: ConnectionId) -> Vec<FetchId> {
        let all = (connection, FetchId(0))..=(connection, FetchId(u64::MAX));
        self.connections.range(all).map(|(_, id)| *id).collect()
    }

    /// When the next fetch's time is up.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }
}
