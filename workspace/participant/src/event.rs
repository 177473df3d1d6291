//! Events as a listening service sees them.

use palinode_core::{RecordName, Timestamp};
use rusqlite::Transaction;

use crate::{Codec, HandlerError, Incoming, Record, headers};

/// An event from a topic.
#[derive(Debug)]
pub struct Event<'a> {
    /// The full name of its record.
    pub record: RecordName,
    /// Its id: `ce_id`, or where it stands when it has none.
    pub id: String,
    /// The record as it was read.
    pub incoming: &'a Incoming,
    pub(crate) codec: &'a Codec,
}

impl Event<'_> {
    /// The key of the record.
    pub fn key(&self) -> &str {
        self.incoming.key_text()
    }

    /// Goes through every message of the request; empty when there is none.
    pub fn correlation_id(&self) -> &str {
        self.incoming.correlation_id()
    }

    /// W3C trace context.
    pub fn traceparent(&self) -> Option<&str> {
        self.incoming.header(headers::TRACEPARENT)
    }

    /// The content of the event.
    ///
    /// # Errors
    /// [`HandlerError::Unreadable`] when the content does not fit `T`; return it as it is.
    pub fn payload<T: Record>(&self) -> Result<T, HandlerError> {
        Ok(self.incoming.decode(self.codec)?)
    }
}

/// What a service makes of events. Each event reaches it once, inside a database transaction that commits together with
/// the memory of having seen it.
pub trait EventHandler: Send {
    /// Takes `event`; messages to publish go into the outbox by [`crate::Outbox::put`].
    ///
    /// # Errors
    /// [`HandlerError::Unreadable`] makes the event be counted, logged and left; any other error has the batch tried
    /// again.
    fn handle(&mut self, event: &Event<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<(), HandlerError>;

    /// Called after the transaction of a batch has committed, for example to wake a sender.
    fn committed(&mut self) {}
}
