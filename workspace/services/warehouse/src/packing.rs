//! The packing of orders: a durable queue before a bounded number of pickers.

use std::time::Duration;

use palinode_participant::{
    ReplyTo, Timestamp,
    rusqlite::{Connection, OptionalExtension, Result, types::Type},
};
use serde::Serialize;

/// How far the packing of an order got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It waits for a picker.
    Queued,
    /// A picker is at it.
    Picking,
    /// It is packed.
    Packed,
}

/// An order whose picker is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// The saga, `definition/key`.
    pub(crate) saga: String,
    /// The order.
    pub(crate) order_id: String,
    /// Where the answer goes.
    pub(crate) reply_to: ReplyTo,
}

/// How much waits and how much is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Queue {
    /// Orders that wait for a picker.
    pub(crate) depth: u32,
    /// Orders that a picker is at.
    pub(crate) picking: u32,
}

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS packing (
        number INTEGER PRIMARY KEY AUTOINCREMENT, saga TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL,
        reply_to TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('queued', 'picking', 'packed')), due INTEGER);
    CREATE INDEX IF NOT EXISTS packing_queued ON packing (number) WHERE status = 'queued';
    CREATE INDEX IF NOT EXISTS packing_picking ON packing (due) WHERE status = 'picking';
";

/// How far the packing for a saga got; none when it was not asked for, or was undone.
pub(crate) fn find(connection: &Connection, saga: &str) -> Result<Option<Status>> {
    connection
        .prepare_cached("SELECT status FROM packing WHERE saga = ?1")?
        .query_row([saga], |row| {
            Ok(match row.get_ref(0)?.as_str()? {
                "queued" => Status::Queued,
                "picking" => Status::Picking,
                _ => Status::Packed,
            })
        })
        .optional()
}

/// Puts an order at the end of the queue. One that is there keeps its place, and its answer goes to `reply_to`.
pub(crate) fn enqueue(connection: &Connection, saga: &str, order_id: &str, reply_to: &ReplyTo) -> Result<()> {
    let reply_to = serde_json::to_string(reply_to)
        .map_err(|error| palinode_participant::rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .prepare_cached(
            "INSERT INTO packing (saga, order_id, reply_to, status) VALUES (?1, ?2, ?3, 'queued')
             ON CONFLICT (saga) DO UPDATE SET reply_to = ?3",
        )?
        .execute((saga, order_id, reply_to))?;
    Ok(())
}

/// Gives waiting orders to pickers that are free, longest waiting first.
pub(crate) fn begin(connection: &Connection, pickers: u32, now: Timestamp, packing: Duration) -> Result<()> {
    let free = pickers.saturating_sub(queue(connection)?.picking);
    if free > 0 {
        connection
            .prepare_cached(
                "UPDATE packing SET status = 'picking', due = ?2 WHERE number IN
                 (SELECT number FROM packing WHERE status = 'queued' ORDER BY number LIMIT ?1)",
            )?
            .execute((free, now.plus(packing).0))?;
    }
    Ok(())
}

/// The orders whose pickers are done, first done first.
pub(crate) fn done(connection: &Connection, now: Timestamp) -> Result<Vec<Done>> {
    connection
        .prepare_cached(
            "SELECT saga, order_id, reply_to FROM packing WHERE status = 'picking' AND due <= ?1 ORDER BY due, number",
        )?
        .query_map([now.0], |row| {
            let reply_to = serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(|error| {
                palinode_participant::rusqlite::Error::FromSqlConversionFailure(2, Type::Text, error.into())
            })?;
            Ok(Done {
                saga: row.get(0)?,
                order_id: row.get(1)?,
                reply_to,
            })
        })?
        .collect()
}

/// Notes that an order is packed.
pub(crate) fn finish(connection: &Connection, saga: &str) -> Result<()> {
    connection
        .prepare_cached("UPDATE packing SET status = 'packed', due = NULL WHERE saga = ?1")?
        .execute([saga])?;
    Ok(())
}

/// Takes an order out, wherever it is.
pub(crate) fn remove(connection: &Connection, saga: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM packing WHERE saga = ?1")?
        .execute([saga])?;
    Ok(())
}

/// How much waits and how much is under way.
pub(crate) fn queue(connection: &Connection) -> Result<Queue> {
    connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM packing WHERE status = 'queued'),
                    (SELECT count(*) FROM packing WHERE status = 'picking')",
        )?
        .query_row((), |row| {
            Ok(Queue {
                depth: row.get(0)?,
                picking: row.get(1)?,
            })
        })
}

/// When the next picker is done.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<Timestamp>> {
    let due: Option<i64> = connection
        .prepare_cached("SELECT min(due) FROM packing WHERE status = 'picking'")?
        .query_row((), |row| row.get(0))?;
    Ok(due.map(Timestamp))
}
