//! One batch of events: the subscriber without Kafka.

use palinode_core::Timestamp;
use rusqlite::Transaction;
use tracing::{info_span, warn};

use crate::{Codec, Database, Error, Event, EventHandler, HandlerError, Incoming, headers, seen};

/// Hands events to one [`EventHandler`], each once.
#[derive(Debug)]
pub struct Listening<H> {
    handler: H,
    codec: Codec,
}

/// What became of a batch of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Records that were read.
    pub events: u64,
    /// Events that had been taken before.
    pub duplicates: u64,
    /// Records that could not be read and were left.
    pub unreadable: u64,
}

impl<H: EventHandler> Listening<H> {
    /// Hands events to `handler`.
    pub fn new(codec: Codec, handler: H) -> Self {
        Self { handler, codec }
    }

    /// Takes `records` in one transaction. After an error nothing of the batch has happened, and it can be handed in
    /// again.
    ///
    /// # Errors
    /// When the database refuses or a schema is not at hand.
    pub fn process(&mut self, database: &Database, records: &[Incoming], now: Timestamp) -> Result<Heard, Error> {
        let failed = |source| Error::Handler {
            what: "a batch of events",
            source,
        };
        let mut heard = Heard::default();
        database
            .transaction(|tx| {
                for incoming in records {
                    heard.events += 1;
                    self.one(incoming, now, tx, &mut heard)?;
                }
                Ok(seen::forget(tx, seen::SEEN_MAX)?)
            })
            .map_err(failed)?;
        self.handler.committed();
        Ok(heard)
    }

    fn one(
        &mut self,
        incoming: &Incoming,
        now: Timestamp,
        tx: &Transaction<'_>,
        heard: &mut Heard,
    ) -> Result<(), HandlerError> {
        let span = info_span!(
            "event",
            correlation_id = incoming.correlation_id(),
            position = incoming.position()
        );
        let _entered = span.enter();
        let record = match incoming.record(&self.codec) {
            Ok(record) => record,
            Err(error) if error.is_retriable() => return Err(error.into()),
            Err(error) => {
                warn!(reason = %error, "an event cannot be read and is left");
                heard.unreadable += 1;
                return Ok(());
            }
        };
        let (id, seen_as) = identity(incoming);
        if !seen::note(tx, &seen_as)? {
            heard.duplicates += 1;
            return Ok(());
        }
        tx.prepare_cached("SAVEPOINT event")?.execute(())?;
        let event = Event {
            record,
            id,
            incoming,
            codec: &self.codec,
        };
        match self.handler.handle(&event, now, tx) {
            Err(HandlerError::Unreadable { reason }) => {
                warn!(reason, "an event cannot be read and is left");
                heard.unreadable += 1;
                tx.prepare_cached("ROLLBACK TO event")?.execute(())?;
            }
            other => other?,
        }
        tx.prepare_cached("RELEASE event")?.execute(())?;
        Ok(())
    }
}

/// The id of an event, and what it is remembered by: an id is unique within its source. Without one, its place.
fn identity(incoming: &Incoming) -> (String, String) {
    match incoming.header(headers::CE_ID) {
        Some(id) => (
            id.to_owned(),
            format!("{} {id}", incoming.header(headers::CE_SOURCE).unwrap_or_default()),
        ),
        None => (incoming.position(), incoming.position()),
    }
}
