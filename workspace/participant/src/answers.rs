//! The final answers of a service, by request: a repeated request gets the same answer.

use palinode_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::{HandlerError, OutMessage, outbox, outbox::Outbox, packing};

/// What is known of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was answered; the answer is kept under this number.
    Answered(i64),
    /// Its answer comes from later work.
    Waiting,
}

/// What is known of the request.
pub(crate) fn find(connection: &Connection, request: &str) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached("SELECT number, topic IS NOT NULL FROM palinode_answers WHERE request = ?1")?
        .query_row([request], |row| {
            Ok(if row.get(1)? {
                Known::Answered(row.get(0)?)
            } else {
                Known::Waiting
            })
        })
        .optional()
}

/// Keeps `reply` as the final answer of `request` and puts it into the outbox.
pub(crate) fn answer(
    connection: &Connection,
    request: &str,
    reply: &OutMessage,
    now: Timestamp,
) -> Result<(), HandlerError> {
    outbox::check(reply)?;
    let headers = packing::pack(&reply.headers);
    let kept = connection
        .prepare_cached(
            "INSERT INTO palinode_answers (request, at, topic, key, value, headers) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (request) DO UPDATE SET at = ?2, topic = ?3, key = ?4, value = ?5, headers = ?6
             WHERE topic IS NULL",
        )?
        .execute((request, now.0, &*reply.topic, &reply.key, &reply.value, &headers))?;
    if kept == 1 {
        Outbox::put_packed(connection, reply, &headers)?;
    }
    Ok(())
}

/// Notes that the answer of `request` comes from later work.
pub(crate) fn wait(connection: &Connection, request: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO palinode_answers (request, at) VALUES (?1, ?2)")?
        .execute((request, now.0))?;
    Ok(())
}

/// Puts a copy of the kept answer into the outbox.
pub(crate) fn repeat(connection: &Connection, number: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO palinode_outbox (topic, key, value, headers)
             SELECT topic, key, value, headers FROM palinode_answers WHERE number = ?1",
        )?
        .execute([number])?;
    Ok(())
}

/// Forgets some answers from before `before`, oldest first.
pub(crate) fn forget(connection: &Connection, before: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM palinode_answers WHERE at < ?1 AND topic IS NOT NULL
             AND number IN (SELECT number FROM palinode_answers ORDER BY number LIMIT 10000)",
        )?
        .execute([before.0])?;
    Ok(())
}
