//! What is going to happen.

use palinode_broker::{ConnectionId, RequestKind, ResponseKind};
use palinode_core::SchemaId;
use palinode_engine::cycle::Signal;

/// Something that is going to happen.
pub(crate) enum Event {
    /// A request reaches the broker.
    ToBroker(Underway),
    /// An answer reaches its client.
    ToClient {
        /// The connection.
        connection: ConnectionId,
        /// The number of the request.
        correlation_id: i32,
        /// The answer.
        answer: ResponseKind,
    },
    /// A fault of the plan happens.
    Fault(usize),
    /// The time of a fault is over.
    Over(Over),
    /// Everything is healed.
    Heal,
    /// A process begins.
    Begin {
        /// Where.
        node: usize,
    },
    /// Membership looks who is there.
    Membership,
    /// A task of a process is told something.
    Tell {
        /// Where.
        node: usize,
        /// The run of the process.
        run: u64,
        /// The task.
        task: i32,
        /// What.
        signal: Signal,
    },
    /// A question for a schema reaches the registry.
    LookUp {
        /// Whose process asks.
        node: usize,
        /// The run of the process.
        run: u64,
        /// The task.
        task: i32,
        /// The schema.
        schema: SchemaId,
    },
    /// What stands on the topics is read, before the broker cleans it away.
    Gather,
    /// Somebody looks whether everything is at rest.
    Look,
}

/// A request under way to the broker.
pub(crate) struct Underway {
    /// The connection.
    pub(crate) connection: ConnectionId,
    /// Whose process sent it.
    pub(crate) node: usize,
    /// Its number on the connection.
    pub(crate) correlation_id: i32,
    /// The version of its body.
    pub(crate) version: i16,
    /// The body.
    pub(crate) request: RequestKind,
    /// The run of the broker that it was sent to; none: whichever runs when it comes.
    pub(crate) broker: Option<u32>,
}

/// Something that ends.
pub(crate) enum Over {
    /// The node goes on.
    Pause(usize),
    /// The node is reached again.
    Partition(usize),
    /// No message is lost any more.
    Loss,
    /// The network is fast again.
    Slow,
    /// Another broker begins.
    Broker,
    /// The topic takes records again.
    Refuse(String),
}
