//! What is in the warehouse.

use palinode_participant::rusqlite::{Connection, OptionalExtension, Result};
use serde::Serialize;

/// The stock of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Stock {
    /// The article.
    pub(crate) sku: String,
    /// Pieces in the warehouse; those that are reserved too.
    pub(crate) on_hand: i64,
    /// Pieces that are reserved.
    pub(crate) reserved: i64,
    /// How often pieces came in.
    pub(crate) receipts: i64,
}

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS stock (
        sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL, receipts INTEGER NOT NULL,
        CHECK (0 <= reserved AND reserved <= on_hand)) WITHOUT ROWID;
";

/// The stock of an article; none when it never came in.
pub(crate) fn find(connection: &Connection, sku: &str) -> Result<Option<Stock>> {
    connection
        .prepare_cached("SELECT on_hand, reserved, receipts FROM stock WHERE sku = ?1")?
        .query_row([sku], |row| {
            Ok(Stock {
                sku: sku.to_owned(),
                on_hand: row.get(0)?,
                reserved: row.get(1)?,
                receipts: row.get(2)?,
            })
        })
        .optional()
}

/// Takes pieces in; gives the number of this receipt of the article.
pub(crate) fn receive(connection: &Connection, sku: &str, quantity: i32) -> Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO stock (sku, on_hand, reserved, receipts) VALUES (?1, ?2, 0, 1)
             ON CONFLICT (sku) DO UPDATE SET on_hand = on_hand + ?2, receipts = receipts + 1
             RETURNING receipts",
        )?
        .query_row((sku, quantity), |row| row.get(0))
}

/// Reserves free pieces; whether there were enough.
pub(crate) fn reserve(connection: &Connection, sku: &str, quantity: i32) -> Result<bool> {
    let reserved = connection
        .prepare_cached("UPDATE stock SET reserved = reserved + ?2 WHERE sku = ?1 AND on_hand - reserved >= ?2")?
        .execute((sku, quantity))?;
    Ok(reserved == 1)
}

/// Sets reserved pieces free.
pub(crate) fn release(connection: &Connection, sku: &str, quantity: i32) -> Result<()> {
    connection
        .prepare_cached("UPDATE stock SET reserved = reserved - ?2 WHERE sku = ?1")?
        .execute((sku, quantity))?;
    Ok(())
}
