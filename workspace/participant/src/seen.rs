//! The events that were seen, so that each is taken once.

use rusqlite::Connection;

/// Notes the event `id`; whether it is new.
pub(crate) fn note(connection: &Connection, id: &str) -> rusqlite::Result<bool> {
    let noted = connection
        .prepare_cached("INSERT OR IGNORE INTO palinode_seen (id) VALUES (?1)")?
        .execute([id])?;
    Ok(noted == 1)
}

/// Forgets the oldest beyond `kept`.
pub(crate) fn forget(connection: &Connection, kept: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM palinode_seen WHERE number <= (SELECT max(number) FROM palinode_seen) - ?1")?
        .execute([kept])?;
    Ok(())
}

/// Events that are remembered: copies come from producers that send again after a failure, so within the records of
/// minutes; a million is far more, in some 100 MB of file.
pub(crate) const SEEN_MAX: i64 = 1_000_000;
