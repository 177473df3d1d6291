//! The messages that wait for the webhook, in the service's database.
//!
//! A message stays after its delivery for as long as an event may come again, so that none is made twice. The messages of
//! one order id go out one after the other, in the order in which their events happened.

use palinode_participant::{Timestamp, rusqlite};
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::ChatMessage;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        sequence INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL UNIQUE,
        order_id TEXT NOT NULL,
        text TEXT NOT NULL,
        happened_at INTEGER NOT NULL,
        queued_at INTEGER NOT NULL,
        ended_at INTEGER,
        refusal TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_waiting ON messages (sequence) WHERE ended_at IS NULL;
    CREATE INDEX IF NOT EXISTS messages_waiting_of_order ON messages (order_id, happened_at, sequence) WHERE ended_at IS NULL;
    CREATE INDEX IF NOT EXISTS messages_by_end ON messages (ended_at) WHERE ended_at IS NOT NULL;
";

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its place in the queue.
    pub(crate) sequence: i64,
    /// The message.
    pub(crate) message: ChatMessage,
}

/// Creates the table when it is missing.
pub(crate) fn create(connection: &Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)
}

/// Queues a message that tells of something that happened at `happened_at`; whether it is new.
pub(crate) fn put(
    connection: &Connection,
    message: &ChatMessage,
    happened_at: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO messages (message_id, order_id, text, happened_at, queued_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (message_id) DO NOTHING",
        )?
        .execute(params![
            message.message_id,
            message.order_id,
            message.text,
            happened_at.0,
            now.0
        ])?;
    Ok(rows == 1)
}

/// Whether a message with this id was ever queued.
pub(crate) fn contains(connection: &Connection, message_id: &str) -> Result<bool> {
    let found = connection
        .prepare_cached("SELECT 1 FROM messages WHERE message_id = ?1")?
        .query_row([message_id], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// The oldest messages that can go out: of each order the one that happened first, if it was queued by `queued_by`.
pub(crate) fn next(connection: &Connection, queued_by: Timestamp, count_max: usize) -> Result<Vec<Waiting>> {
    connection
        .prepare_cached(
            "SELECT sequence, text, message_id, order_id FROM messages AS message
             WHERE ended_at IS NULL AND queued_at <= ?1 AND NOT EXISTS (
                 SELECT 1 FROM messages AS earlier
                 WHERE earlier.order_id = message.order_id AND earlier.ended_at IS NULL
                   AND (earlier.happened_at, earlier.sequence) < (message.happened_at, message.sequence))
             ORDER BY sequence LIMIT ?2",
        )?
        .query_map(
            params![queued_by.0, i64::try_from(count_max).unwrap_or(i64::MAX)],
            |row| {
                let message = ChatMessage {
                    text: row.get(1)?,
                    message_id: row.get(2)?,
                    order_id: row.get(3)?,
                };
                Ok(Waiting {
                    sequence: row.get(0)?,
                    message,
                })
            },
        )?
        .collect()
}

/// Notes that a message needs no further delivery: it was taken, or refused for this reason.
pub(crate) fn end(connection: &Connection, sequence: i64, refusal: Option<&str>, now: Timestamp) -> Result<()> {
    connection
        .prepare_cached("UPDATE messages SET ended_at = ?2, refusal = ?3 WHERE sequence = ?1")?
        .execute(params![sequence, now.0, refusal])?;
    Ok(())
}

/// Forgets at most `count_max` messages that ended before `before`.
pub(crate) fn forget(connection: &Connection, before: Timestamp, count_max: usize) -> Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM messages WHERE sequence IN (
                 SELECT sequence FROM messages WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)",
        )?
        .execute(params![before.0, i64::try_from(count_max).unwrap_or(i64::MAX)])
}

/// How many messages wait.
pub(crate) fn depth(connection: &Connection) -> Result<i64> {
    connection
        .prepare_cached("SELECT count(*) FROM messages WHERE ended_at IS NULL")?
        .query_row((), |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    /// A queue of messages about things that happened at these times, queued at time 1.
    fn queue(messages: &[(Text, &str, i64)]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        create(&connection).unwrap();
        for (text, order, happened_at) in messages {
            let message = ChatMessage::new(*text, order, None, "e");
            assert!(put(&connection, &message, Timestamp(*happened_at), Timestamp(1)).unwrap());
        }
        connection
    }

    fn ids(connection: &Connection, count_max: usize) -> Vec<String> {
        let waiting = next(connection, Timestamp(1), count_max).unwrap();
        waiting.into_iter().map(|waiting| waiting.message.message_id).collect()
    }

    #[test]
    fn an_orders_messages_go_out_one_after_the_other() {
        let connection = queue(&[
            (Text::OrderCreated, "a", 5),
            (Text::PaymentConfirmed, "a", 5),
            (Text::OrderCreated, "b", 4),
        ]);
        assert_eq!(ids(&connection, 9), ["a/order-created", "b/order-created"]);
        assert_eq!(ids(&connection, 1), ["a/order-created"]);
        end(&connection, 1, None, Timestamp(2)).unwrap();
        assert_eq!(ids(&connection, 9), ["a/payment-confirmed", "b/order-created"]);
        assert_eq!(depth(&connection).unwrap(), 2);
    }

    #[test]
    fn what_happened_first_is_told_first_however_late_it_was_read() {
        let connection = queue(&[
            (Text::Shipped, "a", 9),
            (Text::PaymentConfirmed, "a", 6),
            (Text::OrderCreated, "a", 5),
        ]);
        for (sequence, id) in [(3, "a/order-created"), (2, "a/payment-confirmed"), (1, "a/shipped")] {
            assert_eq!(ids(&connection, 9), [id]);
            end(&connection, sequence, None, Timestamp(2)).unwrap();
        }
    }

    #[test]
    fn a_message_that_was_just_queued_holds_back_itself_and_what_happened_later() {
        let connection = queue(&[(Text::PaymentConfirmed, "a", 6), (Text::Shipped, "b", 6)]);
        let created = ChatMessage::new(Text::OrderCreated, "a", None, "e");
        put(&connection, &created, Timestamp(5), Timestamp(2)).unwrap();
        assert_eq!(ids(&connection, 9), ["b/shipped"]);
        let later = next(&connection, Timestamp(2), 9).unwrap();
        assert_eq!(later.len(), 2);
        assert_eq!(later[1].message, created);
    }

    #[test]
    fn a_message_is_made_once_even_after_it_was_delivered() {
        let connection = queue(&[(Text::Shipped, "a", 1)]);
        end(&connection, 1, None, Timestamp(2)).unwrap();
        let again = ChatMessage::new(Text::Shipped, "a", None, "f");
        assert!(!put(&connection, &again, Timestamp(1), Timestamp(1)).unwrap());
        assert!(contains(&connection, "a/shipped").unwrap());
        assert_eq!(ids(&connection, 9), Vec::<String>::new());
    }

    #[test]
    fn only_what_ended_is_forgotten() {
        let connection = queue(&[(Text::Shipped, "a", 1), (Text::Shipped, "b", 1)]);
        end(&connection, 1, Some("400"), Timestamp(2)).unwrap();
        assert_eq!(forget(&connection, Timestamp(2), 9).unwrap(), 0, "not old enough");
        assert_eq!(forget(&connection, Timestamp(3), 9).unwrap(), 1);
        assert_eq!(ids(&connection, 9), ["b/shipped"]);
    }
}
