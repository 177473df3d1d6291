//! Consignments: one a saga.

use palinode_participant::rusqlite::{Connection, OptionalExtension, Result};
use serde::Serialize;

/// What a carrier has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Consignment {
    /// The carrier's name for it.
    pub(crate) consignment: String,
    /// The order.
    pub(crate) order_id: String,
    /// Who gets it.
    pub(crate) customer_id: String,
    /// When the customer was promised it, in milliseconds.
    pub(crate) promised_delivery_at: i64,
    /// When the carrier took it, in milliseconds.
    pub(crate) shipped_at: i64,
}

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS consignments (
        saga TEXT PRIMARY KEY, consignment TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, customer_id TEXT NOT NULL,
        promised_delivery_at INTEGER NOT NULL, shipped_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS consignments_order ON consignments (order_id);
";

/// The consignment of a saga.
pub(crate) fn of_saga(connection: &Connection, saga: &str) -> Result<Option<Consignment>> {
    find(connection, "SELECT * FROM consignments WHERE saga = ?1", saga)
}

/// The consignment of an order.
pub(crate) fn of_order(connection: &Connection, order_id: &str) -> Result<Option<Consignment>> {
    find(connection, "SELECT * FROM consignments WHERE order_id = ?1", order_id)
}

fn find(connection: &Connection, sql: &str, name: &str) -> Result<Option<Consignment>> {
    connection
        .prepare_cached(sql)?
        .query_row([name], |row| {
            Ok(Consignment {
                consignment: row.get("consignment")?,
                order_id: row.get("order_id")?,
                customer_id: row.get("customer_id")?,
                promised_delivery_at: row.get("promised_delivery_at")?,
                shipped_at: row.get("shipped_at")?,
            })
        })
        .optional()
}

/// Keeps the consignment of a saga.
pub(crate) fn keep(connection: &Connection, saga: &str, kept: &Consignment) -> Result<()> {
    let Consignment {
        consignment,
        order_id,
        customer_id,
        promised_delivery_at,
        shipped_at,
    } = kept;
    connection
        .prepare_cached(
            "INSERT INTO consignments (saga, consignment, order_id, customer_id, promised_delivery_at, shipped_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            saga,
            consignment,
            order_id,
            customer_id,
            promised_delivery_at,
            shipped_at,
        ))?;
    Ok(())
}
