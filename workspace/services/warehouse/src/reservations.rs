//! Pieces reserved for sagas.

use palinode_participant::rusqlite::{Connection, Result};

use crate::{StockItem, stock};

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS reservations (
        saga TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL CHECK (quantity > 0),
        PRIMARY KEY (saga, sku)) WITHOUT ROWID;
";

/// What is reserved for a saga; empty when nothing is.
pub(crate) fn of_saga(connection: &Connection, saga: &str) -> Result<Vec<StockItem>> {
    connection
        .prepare_cached("SELECT sku, quantity FROM reservations WHERE saga = ?1 ORDER BY sku")?
        .query_map([saga], |row| {
            Ok(StockItem {
                sku: row.get(0)?,
                quantity: row.get(1)?,
            })
        })?
        .collect()
}

/// Notes what is reserved for a saga. The pieces must be reserved in the stock already.
pub(crate) fn keep(connection: &Connection, saga: &str, item: &StockItem) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO reservations (saga, sku, quantity) VALUES (?1, ?2, ?3)")?
        .execute((saga, &item.sku, item.quantity))?;
    Ok(())
}

/// Sets free what is reserved for a saga, and gives it.
pub(crate) fn release(connection: &Connection, saga: &str) -> Result<Vec<StockItem>> {
    let items = of_saga(connection, saga)?;
    for item in &items {
        stock::release(connection, &item.sku, item.quantity)?;
    }
    connection
        .prepare_cached("DELETE FROM reservations WHERE saga = ?1")?
        .execute([saga])?;
    Ok(items)
}
