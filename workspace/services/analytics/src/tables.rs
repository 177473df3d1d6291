//! The tables: one row for each finished saga, one for each of its stages, and when each order event first came.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::{Millis, Outcome, Stage};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS outcomes (
        definition TEXT NOT NULL,
        saga TEXT NOT NULL,
        event_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        version INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        reason_code TEXT,
        reason TEXT,
        started_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL AS (max(0, ended_at - started_at)) STORED,
        correlation TEXT NOT NULL,
        attributes TEXT NOT NULL,
        PRIMARY KEY (definition, saga)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS outcomes_by_duration ON outcomes (outcome, duration_ms);
    CREATE TABLE IF NOT EXISTS stages (
        definition TEXT NOT NULL,
        saga TEXT NOT NULL,
        position INTEGER NOT NULL,
        step TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        rounds INTEGER NOT NULL,
        requested_at INTEGER,
        answered_at INTEGER,
        duration_ms INTEGER AS (max(0, answered_at - requested_at)) STORED,
        compensation_attempts INTEGER NOT NULL,
        compensated_at INTEGER,
        PRIMARY KEY (definition, saga, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS stages_by_duration ON stages (step, duration_ms) WHERE duration_ms IS NOT NULL;
    CREATE INDEX IF NOT EXISTS stages_by_status ON stages (step, status);
    CREATE TABLE IF NOT EXISTS order_events (
        record TEXT NOT NULL,
        order_id TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (record, order_id)
    ) STRICT, WITHOUT ROWID;
";

/// Creates the tables that are missing.
pub(crate) fn create(connection: &Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)
}

/// What came of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It is the saga's latest.
    Yes,
    /// It was recorded before, or a later one of the same saga was: a saga that was reopened ends again.
    Older,
}

/// Records an outcome.
pub(crate) fn record(connection: &Connection, outcome: &Outcome) -> Result<Recorded> {
    let sequence = sequence(&outcome.event_id);
    let known: Option<i64> = connection
        .prepare_cached("SELECT sequence FROM outcomes WHERE definition = ?1 AND saga = ?2")?
        .query_row([&outcome.definition, &outcome.saga], |row| row.get(0))
        .optional()?;
    if known.is_some_and(|known| known >= sequence) {
        return Ok(Recorded::Older);
    }
    let attributes = serde_json::to_string(&outcome.attributes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO outcomes
                 (definition, saga, event_id, sequence, version, outcome, reason_code, reason, started_at, ended_at,
                  correlation, attributes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            outcome.definition,
            outcome.saga,
            outcome.event_id,
            sequence,
            outcome.version,
            outcome.outcome,
            outcome.reason_code,
            outcome.reason,
            outcome.started_at,
            outcome.ended_at,
            outcome.correlation,
            attributes,
        ])?;
    connection
        .prepare_cached("DELETE FROM stages WHERE definition = ?1 AND saga = ?2")?
        .execute([&outcome.definition, &outcome.saga])?;
    for (position, stage) in outcome.stages.iter().enumerate() {
        insert_stage(connection, outcome, position, stage)?;
    }
    Ok(Recorded::Yes)
}

fn insert_stage(connection: &Connection, outcome: &Outcome, position: usize, stage: &Stage) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO stages
                 (definition, saga, position, step, status, attempts, rounds, requested_at, answered_at,
                  compensation_attempts, compensated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            outcome.definition,
            outcome.saga,
            i64::try_from(position).unwrap_or(i64::MAX),
            stage.step,
            stage.status,
            stage.attempts,
            stage.rounds,
            stage.requested_at,
            stage.answered_at,
            stage.compensation_attempts,
            stage.compensated_at,
        ])?;
    Ok(())
}

/// Notes that the event `record` of an order came.
pub(crate) fn note_event(connection: &Connection, record: &str, order_id: &str, at: Millis) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO order_events (record, order_id, first_at, count) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (record, order_id) DO UPDATE SET count = count + 1, first_at = min(first_at, ?3)",
        )?
        .execute(params![record, order_id, at])?;
    Ok(())
}

/// The last part of an event id counts the saga's events.
fn sequence(event_id: &str) -> i64 {
    event_id
        .rsplit('/')
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}
