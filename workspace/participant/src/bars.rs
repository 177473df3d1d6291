//! Steps that were compensated: a forward command that comes after its compensation is refused.

use palinode_core::{IdempotencyKey, Timestamp};
use palinode_wire::headers::saga_id_text;
use rusqlite::Connection;

/// Bars the step of `key`, in every round: after its compensation nothing forward is asked any more.
pub(crate) fn bar(connection: &Connection, key: &IdempotencyKey, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO palinode_bars (step, at) VALUES (?1, ?2)")?
        .execute((step_text(key), now.0))?;
    Ok(())
}

/// Whether the step of `key` was barred.
pub(crate) fn is_barred(connection: &Connection, key: &IdempotencyKey) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM palinode_bars WHERE step = ?1")?
        .exists([step_text(key)])
}

/// Forgets some bars from before `before`, oldest first.
pub(crate) fn forget(connection: &Connection, before: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM palinode_bars WHERE at < ?1
             AND number IN (SELECT number FROM palinode_bars ORDER BY number LIMIT 10000)",
        )?
        .execute([before.0])?;
    Ok(())
}

fn step_text(key: &IdempotencyKey) -> String {
    format!("{}/{}", saga_id_text(&key.saga), key.step)
}
