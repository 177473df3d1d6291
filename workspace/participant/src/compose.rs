//! Writes replies and events with their headers.

use std::{borrow::Cow, sync::Arc};

use palinode_core::Timestamp;

use crate::{Codec, HandlerError, OutMessage, Record, ReplyTo, headers};

/// Makes the messages of one service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Composer {
    source: Arc<str>,
    codec: Codec,
}

impl Composer {
    /// Makes the messages of the service `source`.
    pub fn new(source: impl Into<Arc<str>>, codec: Codec) -> Self {
        Self {
            source: source.into(),
            codec,
        }
    }

    /// The name of the service.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Reads and writes Avro.
    pub fn codec(&self) -> &Codec {
        &self.codec
    }

    /// The final answer to the command that `to` came from. Its id is made of the command's idempotency key.
    ///
    /// # Errors
    /// When the reply does not fit its schema.
    pub fn reply<T: Record>(
        &self,
        to: &ReplyTo,
        topic: &'static str,
        value: &T,
        now: Timestamp,
    ) -> Result<OutMessage, HandlerError> {
        let id = format!("{}/reply/{}", to.idempotency_key, T::NAME);
        let mut message = self.event(topic, &to.key, &id, value, now)?;
        let mut echo = |name: &'static str, value: &str| {
            message.headers.push((Cow::Borrowed(name), value.as_bytes().to_vec()));
        };
        if let Some(traceparent) = &to.traceparent {
            echo(headers::TRACEPARENT, traceparent);
        }
        if let Some(correlation_id) = &to.correlation_id {
            echo(headers::CORRELATION_ID, correlation_id);
        }
        echo(headers::IDEMPOTENCY_KEY, &to.idempotency_key);
        echo(headers::SAGA_ID, &to.saga_id);
        message.answers = Some(to.idempotency_key.clone());
        Ok(message)
    }

    /// An event. `id` must be the same whenever the same event is told again.
    ///
    /// # Errors
    /// When the event does not fit its schema.
    pub fn event<T: Record>(
        &self,
        topic: &'static str,
        key: &str,
        id: &str,
        value: &T,
        now: Timestamp,
    ) -> Result<OutMessage, HandlerError> {
        let value = self.codec.encode(value)?;
        let header = |name: &'static str, value: &str| (Cow::Borrowed(name), value.as_bytes().to_vec());
        Ok(OutMessage {
            topic: Cow::Borrowed(topic),
            key: Some(key.as_bytes().to_vec()),
            value: Some(value),
            headers: vec![
                header(headers::CE_SPECVERSION, "1.0"),
                header(headers::CE_ID, id),
                header(headers::CE_TYPE, T::NAME),
                header(headers::CE_SOURCE, &self.source),
                header(headers::CE_TIME, &headers::time_text(now)),
                header(headers::CONTENT_TYPE, headers::AVRO),
            ],
            answers: None,
        })
    }

    /// Like [`Composer::event`], as part of the request that `correlation_id` and `traceparent` name.
    ///
    /// # Errors
    /// When the event does not fit its schema.
    #[allow(clippy::too_many_arguments)]
    pub fn event_of<T: Record>(
        &self,
        topic: &'static str,
        key: &str,
        id: &str,
        value: &T,
        correlation_id: &str,
        traceparent: Option<&str>,
        now: Timestamp,
    ) -> Result<OutMessage, HandlerError> {
        let mut message = self.event(topic, key, id, value, now)?;
        if let Some(traceparent) = traceparent {
            message
                .headers
                .push((Cow::Borrowed(headers::TRACEPARENT), traceparent.as_bytes().to_vec()));
        }
        message.headers.push((
            Cow::Borrowed(headers::CORRELATION_ID),
            correlation_id.as_bytes().to_vec(),
        ));
        Ok(message)
    }
}
