//! Messages that are committed together with the data that they tell of, and published afterwards.

use std::borrow::Cow;

use rusqlite::Connection;

use crate::{HandlerError, OutMessage, packing};

/// The outbox of a database: a table that [`crate::Sender`] empties in order.
#[derive(Clone, Copy, Debug)]
pub struct Outbox;

impl Outbox {
    /// Puts `message` into the outbox. It is published after the transaction of `connection` has committed, after all
    /// messages that were put in before it.
    ///
    /// # Errors
    /// When the message is larger than [`MESSAGE_BYTES_MAX`], or the database refuses.
    pub fn put(connection: &Connection, message: &OutMessage) -> Result<(), HandlerError> {
        check(message)?;
        Self::put_packed(connection, message, &packing::pack(&message.headers)).map_err(HandlerError::from)
    }

    pub(crate) fn put_packed(connection: &Connection, message: &OutMessage, headers: &[u8]) -> rusqlite::Result<()> {
        connection
            .prepare_cached("INSERT INTO palinode_outbox (topic, key, value, headers) VALUES (?1, ?2, ?3, ?4)")?
            .execute((&*message.topic, &message.key, &message.value, headers))?;
        Ok(())
    }

    /// How many messages wait to be published.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn depth(connection: &Connection) -> rusqlite::Result<u32> {
        connection
            .prepare_cached("SELECT count(*) FROM palinode_outbox")?
            .query_row((), |row| row.get(0))
    }

    /// The first messages that wait, oldest first, each with its place; at most `records_max`, and none after
    /// `bytes_max` bytes.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn waiting(
        connection: &Connection,
        records_max: usize,
        bytes_max: usize,
    ) -> rusqlite::Result<Vec<(i64, OutMessage)>> {
        let mut statement = connection
            .prepare_cached("SELECT id, topic, key, value, headers FROM palinode_outbox ORDER BY id LIMIT ?1")?;
        let mut rows = statement.query([i64::try_from(records_max).unwrap_or(i64::MAX)])?;
        let (mut messages, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let headers = row.get_ref(4)?.as_blob()?;
            let headers = packing::unpack(headers).ok_or_else(|| {
                rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Blob, "not packed headers".into())
            })?;
            let message = OutMessage {
                topic: Cow::Owned(row.get(1)?),
                key: row.get(2)?,
                value: row.get(3)?,
                headers,
                answers: None,
            };
            bytes += message.bytes();
            messages.push((row.get(0)?, message));
            if bytes >= bytes_max {
                break;
            }
        }
        Ok(messages)
    }

    /// Takes the messages up to the place `last` out: they are published.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn delete(connection: &Connection, last: i64) -> rusqlite::Result<()> {
        connection
            .prepare_cached("DELETE FROM palinode_outbox WHERE id <= ?1")?
            .execute([last])?;
        Ok(())
    }
}

/// Refuses a message that Kafka would refuse for ever.
pub(crate) fn check(message: &OutMessage) -> Result<(), HandlerError> {
    if message.bytes() > MESSAGE_BYTES_MAX {
        let reason = format!(
            "a message of {} bytes is larger than {MESSAGE_BYTES_MAX}",
            message.bytes()
        );
        return Err(HandlerError::unreadable(reason));
    }
    Ok(())
}

/// Bytes of key, value and headers of one message: Kafka's default limit of a record batch (1,048,588) less room for
/// the batch's own fields. A larger one would block the outbox for ever.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1_000_000;
