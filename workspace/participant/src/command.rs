//! Commands as a handler sees them.

use palinode_core::{IdempotencyKey, Purpose, RecordName, Timestamp};
use palinode_wire::headers::saga_id_text;
use serde::{Deserialize, Serialize};

use crate::{Composer, HandlerError, Incoming, OutMessage, Record, headers};

/// A command: a request of a saga's step, or of its compensation.
#[derive(Debug)]
pub struct Command<'a> {
    /// The full name of its record, for example `shop.payments.ReservePayment`.
    pub record: RecordName,
    /// The request: what is asked under one key is done at most once.
    pub idempotency_key: IdempotencyKey,
    /// When the batch of the command is handled.
    pub now: Timestamp,
    /// The record as it was read.
    pub incoming: &'a Incoming,
    pub(crate) composer: &'a Composer,
}

impl Command<'_> {
    /// The key of the record: the saga's key.
    pub fn key(&self) -> &str {
        self.incoming.key_text()
    }

    /// The saga as text, `definition/key`: what a service keeps its data of a saga under.
    pub fn saga_id(&self) -> String {
        saga_id_text(&self.idempotency_key.saga)
    }

    /// Whether the command does the step or takes it back.
    pub fn purpose(&self) -> Purpose {
        self.idempotency_key.purpose
    }

    /// The content of the command.
    ///
    /// # Errors
    /// [`HandlerError::Unreadable`] when the content does not fit `T`; return it as it is.
    pub fn payload<T: Record>(&self) -> Result<T, HandlerError> {
        Ok(self.incoming.decode(self.composer.codec())?)
    }

    /// The final answer to this command.
    ///
    /// # Errors
    /// When the reply does not fit its schema.
    pub fn reply<T: Record>(&self, topic: &'static str, value: &T) -> Result<OutMessage, HandlerError> {
        self.composer.reply(&self.reply_to(), topic, value, self.now)
    }

    /// An event that this command led to, under an id that is the same whenever the event is told again.
    ///
    /// # Errors
    /// When the event does not fit its schema.
    pub fn event<T: Record>(
        &self,
        topic: &'static str,
        key: &str,
        id: &str,
        value: &T,
    ) -> Result<OutMessage, HandlerError> {
        let (correlation_id, traceparent) = (
            self.incoming.correlation_id(),
            self.incoming.header(headers::TRACEPARENT),
        );
        self.composer
            .event_of(topic, key, id, value, correlation_id, traceparent, self.now)
    }

    /// What a reply needs that is written later; keep it with the work.
    pub fn reply_to(&self) -> ReplyTo {
        let text = |name: &str| self.incoming.header(name).map(str::to_owned);
        ReplyTo {
            idempotency_key: self.idempotency_key.to_string(),
            saga_id: self.saga_id(),
            key: self.key().to_owned(),
            correlation_id: text(headers::CORRELATION_ID),
            traceparent: text(headers::TRACEPARENT),
        }
    }
}

/// Where the answer to a command goes: what its headers echo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// The request.
    pub idempotency_key: String,
    /// The saga, `definition/key`.
    pub saga_id: String,
    /// The key of the reply's record.
    pub key: String,
    /// Goes through every message of the saga.
    pub correlation_id: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}
