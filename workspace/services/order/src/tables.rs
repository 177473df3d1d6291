//! The order service's tables, and each thing that is done to them.
//!
//! Every function works inside the caller's transaction, so that what is announced commits with what is stored. None
//! of them reads a clock.

use rusqlite::{Connection, OptionalExtension, Result, Transaction, named_params, params};

use crate::{
    Item, Millis, Order, Placement, Status,
    idempotency::{Fingerprint, IdempotencyKey},
    order::PLACED,
};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        order_id TEXT NOT NULL UNIQUE,
        customer_id TEXT NOT NULL,
        customer_name TEXT NOT NULL,
        items TEXT NOT NULL,
        total_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        placed_at INTEGER NOT NULL,
        promised_delivery_at INTEGER NOT NULL,
        correlation TEXT NOT NULL,
        status TEXT NOT NULL,
        wishes INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS order_history (
        order_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        reason TEXT,
        reason_code TEXT,
        at INTEGER NOT NULL,
        PRIMARY KEY (order_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY,
        fingerprint BLOB NOT NULL,
        order_id TEXT NOT NULL,
        body TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS answers_by_age ON answers (at);
";

/// Creates the tables that are missing.
pub(crate) fn create(connection: &Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)
}

/// What is stored under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// Nothing.
    Nothing,
    /// The answer to the same request.
    Answer { order_id: String, body: String },
    /// The answer to another request.
    OtherRequest,
}

/// Looks an idempotency key up.
pub(crate) fn stored_answer(tx: &Transaction<'_>, key: &IdempotencyKey, fingerprint: &Fingerprint) -> Result<Stored> {
    let found = tx
        .prepare_cached("SELECT fingerprint, order_id, body FROM answers WHERE key = ?1")?
        .query_row([key.as_str()], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(match found {
        None => Stored::Nothing,
        Some((bytes, order_id, body)) if bytes == fingerprint.as_bytes() => Stored::Answer { order_id, body },
        Some(_) => Stored::OtherRequest,
    })
}

/// Stores the answer to a request.
pub(crate) fn store_answer(
    tx: &Transaction<'_>,
    key: &IdempotencyKey,
    fingerprint: &Fingerprint,
    order_id: &str,
    body: &str,
    at: Millis,
) -> Result<()> {
    tx.prepare_cached("INSERT INTO answers (key, fingerprint, order_id, body, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![key.as_str(), fingerprint.as_bytes(), order_id, body, at])?;
    Ok(())
}

/// Forgets at most `count_max` answers that are older than `before`.
pub(crate) fn forget_answers(tx: &Transaction<'_>, before: Millis, count_max: usize) -> Result<usize> {
    tx.prepare_cached("DELETE FROM answers WHERE key IN (SELECT key FROM answers WHERE at < ?1 ORDER BY at LIMIT ?2)")?
        .execute(params![before, i64::try_from(count_max).unwrap_or(i64::MAX)])
}

/// An order that is to be inserted.
pub(crate) struct NewOrder<'a> {
    pub(crate) id: &'a str,
    pub(crate) placement: &'a Placement,
    pub(crate) placed_at: Millis,
    pub(crate) promised_delivery_at: Millis,
    pub(crate) correlation: &'a str,
}

/// Inserts an order and returns its number.
pub(crate) fn insert_order(tx: &Transaction<'_>, order: &NewOrder<'_>) -> Result<i64> {
    let items = to_json(&order.placement.items)?;
    tx.prepare_cached(
        "INSERT INTO orders (order_id, customer_id, customer_name, items, total_minor, currency, placed_at,
                             promised_delivery_at, correlation, status)
         VALUES (:id, :customer, :name, :items, :total, :currency, :placed, :promised, :correlation, :status)",
    )?
    .execute(named_params! {
        ":id": order.id,
        ":customer": order.placement.customer_id,
        ":name": order.placement.customer_name,
        ":items": items,
        ":total": order.placement.total_minor,
        ":currency": order.placement.currency,
        ":placed": order.placed_at,
        ":promised": order.promised_delivery_at,
        ":correlation": order.correlation,
        ":status": PLACED,
    })?;
    let number = tx.last_insert_rowid();
    let placed = Status {
        status: PLACED.into(),
        reason: None,
        reason_code: None,
        at: order.placed_at,
    };
    append_status(tx, order.id, &format!("{}/{PLACED}", order.id), &placed)?;
    Ok(number)
}

/// What a wish needs to know of its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The order's status.
    pub(crate) status: String,
    /// The order's correlation id.
    pub(crate) correlation: String,
    /// The number of this wish, from 1.
    pub(crate) wish: i64,
}

/// Counts a wish for an order that has not ended; tells where the order stands. `None` when there is no such order.
pub(crate) fn count_wish(tx: &Transaction<'_>, order_id: &str) -> Result<Option<Standing>> {
    tx.prepare_cached(
        "UPDATE orders SET wishes = wishes + 1 WHERE order_id = ?1 RETURNING status, correlation, wishes",
    )?
    .query_row([order_id], |row| {
        Ok(Standing {
            status: row.get(0)?,
            correlation: row.get(1)?,
            wish: row.get(2)?,
        })
    })
    .optional()
}

/// What came of a status change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The order has a new entry.
    Yes,
    /// The event was taken before.
    Repeat,
    /// The order is not one of ours.
    UnknownOrder,
}

/// Writes a status change, named by its event's id, into an order's history.
pub(crate) fn change_status(tx: &Transaction<'_>, order_id: &str, event_id: &str, status: &Status) -> Result<Taken> {
    let known = tx
        .prepare_cached("SELECT 1 FROM orders WHERE order_id = ?1")?
        .query_row([order_id], |_| Ok(()))
        .optional()?;
    if known.is_none() {
        return Ok(Taken::UnknownOrder);
    }
    if !append_status(tx, order_id, event_id, status)? {
        return Ok(Taken::Repeat);
    }
    if status.status != "cancelRefused" {
        tx.prepare_cached("UPDATE orders SET status = ?2 WHERE order_id = ?1")?
            .execute([order_id, &status.status])?;
    }
    Ok(Taken::Yes)
}

fn append_status(tx: &Transaction<'_>, order_id: &str, event_id: &str, status: &Status) -> Result<bool> {
    let rows = tx
        .prepare_cached(
            "INSERT INTO order_history (order_id, position, event_id, status, reason, reason_code, at)
             SELECT ?1, 1 + COALESCE(MAX(position), 0), ?2, ?3, ?4, ?5, ?6 FROM order_history WHERE order_id = ?1
             ON CONFLICT (event_id) DO NOTHING",
        )?
        .execute(params![
            order_id,
            event_id,
            status.status,
            status.reason,
            status.reason_code,
            status.at
        ])?;
    Ok(rows == 1)
}

/// Reads an order with its history.
pub(crate) fn find_order(connection: &Connection, order_id: &str) -> Result<Option<Order>> {
    let found = connection
        .prepare_cached(
            "SELECT number, customer_id, customer_name, items, total_minor, currency, placed_at, promised_delivery_at,
                    correlation
             FROM orders WHERE order_id = ?1",
        )?
        .query_row([order_id], |row| {
            Ok(Order {
                id: order_id.to_owned(),
                number: row.get(0)?,
                placement: Placement {
                    customer_id: row.get(1)?,
                    customer_name: row.get(2)?,
                    items: from_json(&row.get::<_, String>(3)?)?,
                    total_minor: row.get(4)?,
                    currency: row.get(5)?,
                },
                placed_at: row.get(6)?,
                promised_delivery_at: row.get(7)?,
                correlation: row.get(8)?,
                history: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut order) = found else { return Ok(None) };
    order.history = connection
        .prepare_cached(
            "SELECT status, reason, reason_code, at FROM order_history WHERE order_id = ?1 ORDER BY position",
        )?
        .query_map([order_id], |row| {
            Ok(Status {
                status: row.get(0)?,
                reason: row.get(1)?,
                reason_code: row.get(2)?,
                at: row.get(3)?,
            })
        })?
        .collect::<Result<_>>()?;
    Ok(Some(order))
}

fn to_json(items: &[Item]) -> Result<String> {
    serde_json::to_string(items).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn from_json(text: &str) -> Result<Vec<Item>> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, error.into()))
}
