//! One request on its way through the broker.

use kafka_protocol::{messages::ResponseKind, protocol::StrBytes};

use crate::Timestamp;

/// A client's connection, numbered by the shell; a number is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// A request of a connection. A connection has one request under way at a time, as in Kafka, where a channel is muted
/// until its request is answered; what it sends meanwhile waits in the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    /// The connection.
    pub connection: ConnectionId,
    /// The request's correlation id, given back with its response.
    pub correlation_id: i32,
}

/// What a handler knows of a request beside its body.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which request it is.
    pub id: CallId,
    /// The version of its body and of its response.
    pub version: i16,
    /// Who asks, as the client calls itself.
    pub client_id: StrBytes,
    /// The client's address, as shown to those who describe a group.
    pub client_host: StrBytes,
    /// When it came.
    pub now: Timestamp,
}

/// What a handler answers.
// A response is large and made once for each request; a box would be one allocation more.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Reply {
    /// At once.
    Now(ResponseKind),
    /// Later, by `Broker::answer` with the call's id.
    Later,
    /// Never: the client does not wait (a produce request with `acks=0`).
    Never,
}

/// Something for a client.
#[derive(Debug)]
pub struct Output {
    /// The request that it answers.
    pub call: CallId,
    /// The response; none when the request is answered by silence, and the next request of its connection may come.
    pub response: Option<ResponseKind>,
}
