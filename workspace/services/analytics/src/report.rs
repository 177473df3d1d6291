//! What analysts ask first, computed from the tables.

use std::{fmt, time::Duration};

use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::{Serialize, Serializer};

use crate::percentile::nearest_rank;

/// Reasons that a report names; a shop has a handful.
const REASONS_MAX: i64 = 10;

/// The figures of all finished sagas.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Orders whose `OrderPlaced` came.
    pub placed: u64,
    /// Sagas of which every step succeeded.
    pub completed: u64,
    /// Sagas that were taken back.
    pub compensated: u64,
    /// From start to end of the completed sagas.
    pub fulfilment: Option<Times>,
    /// The share of payments that succeeded among those with a final answer.
    pub payment_success_share: Option<f64>,
    /// The share of compensated sagas among the finished ones.
    pub compensation_rate: Option<f64>,
    /// The steps, in the order of the definition.
    pub stages: Vec<StageFigures>,
    /// Why sagas were taken back, the most frequent first.
    pub reasons: Vec<ReasonFigures>,
}

/// The middle and the end of a distribution, by the nearest rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Times {
    /// How many were measured.
    pub count: u64,
    /// Half took no longer.
    #[serde(rename = "p50_ms", serialize_with = "millis")]
    pub p50: Duration,
    /// 95 of 100 took no longer.
    #[serde(rename = "p95_ms", serialize_with = "millis")]
    pub p95: Duration,
}

/// The figures of one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageFigures {
    /// The step.
    pub step: String,
    /// From the first command to the final reply.
    pub times: Option<Times>,
    /// How often it was done, taken back later or not.
    pub succeeded: u64,
    /// How often it was refused.
    pub failed: u64,
    /// How often it was taken back.
    pub compensated: u64,
    /// Commands that were sent to do it, all together.
    pub attempts: u64,
}

/// One reason for taking sagas back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonFigures {
    /// The class.
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// How many sagas.
    pub count: u64,
}

impl Report {
    /// Computes the report from the tables of `connection`. `payment_step` is the step whose success share is wanted.
    pub(crate) fn compute(connection: &Connection, payment_step: &str) -> Result<Self> {
        let placed = count(
            connection,
            "SELECT count(*) FROM order_events WHERE record = ?1",
            "shop.orders.OrderPlaced",
        )?;
        let ended = |outcome| count(connection, "SELECT count(*) FROM outcomes WHERE outcome = ?1", outcome);
        let (completed, compensated) = (ended("COMPLETED")?, ended("COMPENSATED")?);
        let stages = stages(connection)?;
        let payment = stages.iter().find(|stage| stage.step == payment_step);
        Ok(Self {
            placed,
            completed,
            compensated,
            fulfilment: times(connection, completed, "outcomes WHERE outcome = ?1", "COMPLETED")?,
            payment_success_share: payment.and_then(|stage| share(stage.succeeded, stage.succeeded + stage.failed)),
            compensation_rate: share(compensated, completed + compensated),
            stages,
            reasons: reasons(connection)?,
        })
    }
}

fn stages(connection: &Connection) -> Result<Vec<StageFigures>> {
    let mut figures = connection
        .prepare_cached(
            "SELECT step,
                    sum(status = 'SUCCEEDED' OR status = 'COMPENSATED' AND answered_at IS NOT NULL),
                    sum(status = 'FAILED'),
                    sum(status = 'COMPENSATED'),
                    sum(attempts)
             FROM stages GROUP BY step ORDER BY min(position), step",
        )?
        .query_map([], |row| {
            Ok(StageFigures {
                step: row.get(0)?,
                times: None,
                succeeded: unsigned(row.get(1)?),
                failed: unsigned(row.get(2)?),
                compensated: unsigned(row.get(3)?),
                attempts: unsigned(row.get(4)?),
            })
        })?
        .collect::<Result<Vec<_>>>()?;
    for stage in &mut figures {
        let measured = "SELECT count(*) FROM stages WHERE step = ?1 AND duration_ms IS NOT NULL";
        let measured = count(connection, measured, &stage.step)?;
        stage.times = times(
            connection,
            measured,
            "stages WHERE step = ?1 AND duration_ms IS NOT NULL",
            &stage.step,
        )?;
    }
    Ok(figures)
}

fn reasons(connection: &Connection) -> Result<Vec<ReasonFigures>> {
    connection
        .prepare_cached(
            "SELECT coalesce(reason_code, ''), coalesce(reason, ''), count(*) AS sagas
             FROM outcomes WHERE outcome = 'COMPENSATED' GROUP BY 1, 2 ORDER BY sagas DESC, 1, 2 LIMIT ?1",
        )?
        .query_map([REASONS_MAX], |row| {
            Ok(ReasonFigures {
                code: row.get(0)?,
                reason: row.get(1)?,
                count: unsigned(row.get(2)?),
            })
        })?
        .collect()
}

/// The percentiles of `duration_ms` of the `count` rows `rows`, each found by walking an index.
fn times(connection: &Connection, count: u64, rows: &str, parameter: &str) -> Result<Option<Times>> {
    let sql = format!("SELECT duration_ms FROM {rows} ORDER BY duration_ms LIMIT 1 OFFSET ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut at = |percent| -> Result<Option<Duration>> {
        let Some(rank) = nearest_rank(count, percent) else {
            return Ok(None);
        };
        let rank = i64::try_from(rank).unwrap_or(i64::MAX);
        let found: Option<i64> = statement
            .query_row(params![parameter, rank], |row| row.get(0))
            .optional()?;
        Ok(found.map(|duration| Duration::from_millis(unsigned(duration))))
    };
    Ok(at(50)?.zip(at(95)?).map(|(p50, p95)| Times { count, p50, p95 }))
}

fn count(connection: &Connection, sql: &str, parameter: &str) -> Result<u64> {
    connection
        .prepare_cached(sql)?
        .query_row([parameter], |row| Ok(unsigned(row.get(0)?)))
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn millis<S: Serializer>(duration: &Duration, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: Option<f64>| share.map_or("–".into(), |share| format!("{:.1} %", share * 100.0));
        writeln!(f, "orders placed          {:>10}", self.placed)?;
        writeln!(f, "completed              {:>10}", self.completed)?;
        writeln!(f, "compensated            {:>10}", self.compensated)?;
        writeln!(f, "compensation rate      {:>10}", percent(self.compensation_rate))?;
        writeln!(f, "successful payments    {:>10}", percent(self.payment_success_share))?;
        if let Some(times) = self.fulfilment {
            writeln!(
                f,
                "fulfilment time        {:>10} p50 {:>10} p95",
                text(times.p50),
                text(times.p95)
            )?;
        }
        for stage in &self.stages {
            let (p50, p95) = stage
                .times
                .map_or(("–".into(), "–".into()), |times| (text(times.p50), text(times.p95)));
            write!(f, "  {:<20} {p50:>10} p50 {p95:>10} p95", stage.step)?;
            writeln!(
                f,
                "  {} done, {} refused, {} taken back",
                stage.succeeded, stage.failed, stage.compensated
            )?;
        }
        for reason in &self.reasons {
            writeln!(f, "  {:>6} × {}: {}", reason.count, reason.code, reason.reason)?;
        }
        Ok(())
    }
}

fn text(duration: Duration) -> String {
    match duration.as_millis() {
        millis @ 0..10_000 => format!("{millis} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}
