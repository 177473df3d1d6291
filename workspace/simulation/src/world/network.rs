//! The network between the processes and the broker: connections that keep order, and lose everything or nothing.

use std::collections::BTreeMap;

use palinode_broker::{ConnectionId, Output, RequestKind, ResponseKind};
use palinode_core::Timestamp;

use super::{Event, Space, ThreadId, Underway};
use crate::{Random, plan::Answer};

/// How long a message takes at the most while the network is well.
const DELAY_MS: i64 = 2;

/// The network.
pub(crate) struct Network {
    random: Random,
    connections: BTreeMap<ConnectionId, Connection>,
    connections_so_far: u64,
    /// Connections that went since the world looked.
    pub(crate) gone: Vec<ConnectionId>,
    /// So many of a hundred messages are lost.
    pub(crate) loss_percent: u8,
    /// Messages take up to so long.
    pub(crate) delay_ms: i64,
    /// The run of the broker, when it runs.
    pub(crate) broker: Option<u32>,
}

struct Connection {
    node: usize,
    thread: ThreadId,
    state: State,
    correlation_id: i32,
    to_broker_at: Timestamp,
    to_client_at: Timestamp,
    answer: Option<ResponseKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing gets through, and nobody knows.
    Silent,
    /// The client knows that it is gone.
    Broken,
}

/// What the client finds on a connection.
pub(crate) enum Look {
    /// The answer to its request.
    Answer(ResponseKind),
    /// The connection is gone.
    Broken,
}

impl Network {
    pub(super) fn new(random: Random) -> Self {
        Self {
            random,
            connections: BTreeMap::new(),
            connections_so_far: 0,
            gone: Vec::new(),
            loss_percent: 0,
            delay_ms: DELAY_MS,
            broker: Some(0),
        }
    }

    /// Messages take as long as they do while the network is well.
    pub(crate) fn heal_delay(&mut self) {
        self.delay_ms = DELAY_MS;
    }

    /// A connection of a thread; none while there is no broker.
    pub(crate) fn connect(&mut self, node: usize, thread: ThreadId) -> Option<ConnectionId> {
        self.broker?;
        self.connections_so_far += 1;
        let id = ConnectionId(self.connections_so_far);
        let connection = Connection {
            node,
            thread,
            state: State::Open,
            correlation_id: 0,
            to_broker_at: Timestamp::default(),
            to_client_at: Timestamp::default(),
            answer: None,
        };
        self.connections.insert(id, connection);
        Some(id)
    }

    /// The client is done with a connection. What it sent is still under way.
    pub(crate) fn close(&mut self, id: ConnectionId) {
        if self.connections.remove(&id).is_some() {
            self.gone.push(id);
        }
    }

    /// The process is gone, and its connections with it.
    pub(crate) fn close_all(&mut self, node: usize) {
        let of_node = |(_, connection): &(&ConnectionId, &Connection)| connection.node == node;
        let ids: Vec<_> = self.connections.iter().filter(of_node).map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| self.close(id));
    }

    /// What the client finds.
    pub(crate) fn look(&mut self, id: ConnectionId) -> Option<Look> {
        let connection = self.connections.get_mut(&id)?;
        if let Some(answer) = connection.answer.take() {
            return Some(Look::Answer(answer));
        }
        (connection.state == State::Broken).then_some(Look::Broken)
    }

    /// Whose process a connection is of.
    #[must_use]
    pub(crate) fn node_of(&self, id: ConnectionId) -> Option<usize> {
        self.connections.get(&id).map(|connection| connection.node)
    }

    /// A number of milliseconds up to `most`.
    pub(crate) fn some_ms(&mut self, most: i64) -> i64 {
        self.random.between(0, most)
    }

    /// True `times` out of `of`.
    pub(crate) fn chance(&mut self, times: u64, of: u64) -> bool {
        self.random.chance(times, of)
    }

    fn is_lost(&mut self) -> bool {
        self.loss_percent > 0 && self.random.chance(u64::from(self.loss_percent), 100)
    }

    /// A connection goes; the client may learn of it or not.
    fn lose(&mut self, id: ConnectionId) -> Option<ThreadId> {
        let state = if self.random.chance(1, 2) {
            State::Silent
        } else {
            State::Broken
        };
        let connection = self.connections.get_mut(&id)?;
        connection.state = state;
        (state == State::Broken).then_some(connection.thread)
    }

    /// The broker is gone: every client learns of it.
    pub(crate) fn break_all(&mut self) -> Vec<ThreadId> {
        let open = |connection: &&mut Connection| connection.state == State::Open;
        let broken = self.connections.values_mut().filter(open).map(|connection| {
            connection.state = State::Broken;
            connection.thread
        });
        broken.collect()
    }
}

impl Space {
    /// Sends a request by a connection. The connection has none under way.
    pub(crate) fn send(&mut self, id: ConnectionId, version: i16, request: RequestKind) {
        let is_lost = self.network.is_lost();
        let delay = self.network.random.between(0, self.network.delay_ms);
        let (now, broker) = (self.now, self.network.broker);
        let Some(connection) = self.network.connections.get_mut(&id) else {
            return;
        };
        connection.correlation_id += 1;
        connection.answer = None;
        let node = connection.node;
        if self.places[node].is_cut_off || connection.state != State::Open {
            if connection.state == State::Open {
                connection.state = State::Silent;
            }
            return;
        }
        let mut underway = Underway {
            connection: id,
            node,
            correlation_id: connection.correlation_id,
            version,
            request,
            broker,
        };
        if matches!(underway.request, RequestKind::EndTxn(_))
            && let Some(late) = self.places[node].delay_end.pop_front()
        {
            connection.state = State::Silent;
            underway.broker = None;
            self.later(late, Event::ToBroker(underway));
            return;
        }
        if is_lost {
            if let Some(thread) = self.network.lose(id) {
                self.wake(thread);
            }
            return;
        }
        let at = Timestamp(now.0 + delay).max(connection.to_broker_at);
        connection.to_broker_at = at;
        self.at(at, Event::ToBroker(underway));
    }

    /// Whether a request gets to the broker now that it should.
    pub(crate) fn arrives(&mut self, underway: &Underway) -> bool {
        let Some(runs) = self.network.broker else { return false };
        if underway.broker.is_none() {
            return true;
        }
        if self.places[underway.node].is_cut_off {
            self.silence(underway.connection);
            return false;
        }
        underway.broker == Some(runs)
    }

    /// Sends an answer of the broker to its client.
    pub(crate) fn answer(&mut self, output: Output) {
        let id = output.call.connection;
        let is_lost = self.network.is_lost();
        let delay = self.network.random.between(0, self.network.delay_ms);
        let now = self.now;
        let Some(connection) = self.network.connections.get_mut(&id) else {
            return;
        };
        let Some(answer) = output.response else { return };
        if connection.state != State::Open {
            return;
        }
        let goes_astray = kind_of(&answer).is_some_and(|kind| self.places[connection.node].loses(kind));
        if is_lost || goes_astray {
            if let Some(thread) = self.network.lose(id) {
                self.wake(thread);
            }
            return;
        }
        let at = Timestamp(now.0 + delay).max(connection.to_client_at);
        connection.to_client_at = at;
        self.at(
            at,
            Event::ToClient {
                connection: id,
                correlation_id: output.call.correlation_id,
                answer,
            },
        );
    }

    /// An answer reaches its client, if it does.
    pub(crate) fn deliver(&mut self, id: ConnectionId, correlation_id: i32, answer: ResponseKind) {
        let Some(connection) = self.network.connections.get_mut(&id) else {
            return;
        };
        if self.places[connection.node].is_cut_off {
            connection.state = State::Silent;
        } else if connection.state == State::Open && connection.correlation_id == correlation_id {
            connection.answer = Some(answer);
            let thread = connection.thread;
            self.wake(thread);
        }
    }

    fn silence(&mut self, id: ConnectionId) {
        if let Some(connection) = self.network.connections.get_mut(&id)
            && connection.state == State::Open
        {
            connection.state = State::Silent;
        }
    }
}

fn kind_of(answer: &ResponseKind) -> Option<Answer> {
    match answer {
        ResponseKind::InitProducerId(_) => Some(Answer::Init),
        ResponseKind::AddPartitionsToTxn(_) => Some(Answer::AddPartitions),
        ResponseKind::Produce(_) => Some(Answer::Produce),
        ResponseKind::EndTxn(_) => Some(Answer::EndTxn),
        ResponseKind::Fetch(_) => Some(Answer::Fetch),
        ResponseKind::ListOffsets(_) => Some(Answer::ListOffsets),
        _ => None,
    }
}
