//! The stages as CSV (RFC 4180): one line for each stage of each finished saga.

use std::io::{self, Write};

use jiff::Timestamp;
use rusqlite::{Connection, Row, types::ValueRef};

/// The columns. Those that end in `_at` are times in RFC 3339, those in `_ms` milliseconds, `attributes` is JSON.
const COLUMNS: [&str; 21] = [
    "definition",
    "version",
    "saga",
    "event_id",
    "correlation",
    "outcome",
    "reason_code",
    "reason",
    "started_at",
    "ended_at",
    "duration_ms",
    "step",
    "status",
    "attempts",
    "rounds",
    "requested_at",
    "answered_at",
    "stage_duration_ms",
    "compensation_attempts",
    "compensated_at",
    "attributes",
];

const ROWS: &str = "
    SELECT outcomes.definition, version, outcomes.saga, event_id, correlation, outcome, reason_code, reason, started_at,
           ended_at, outcomes.duration_ms, step, status, attempts, rounds, requested_at, answered_at, stages.duration_ms,
           compensation_attempts, compensated_at, attributes
    FROM outcomes JOIN stages USING (definition, saga) ORDER BY started_at, outcomes.saga, position";

/// Writes all lines to `out`; how many, without the heading.
pub(crate) fn write(connection: &Connection, out: &mut impl Write) -> io::Result<u64> {
    let mut statement = connection.prepare(ROWS).map_err(io::Error::other)?;
    let mut rows = statement.query([]).map_err(io::Error::other)?;
    write!(out, "{}\r\n", COLUMNS.join(","))?;
    let mut lines = 0;
    while let Some(row) = rows.next().map_err(io::Error::other)? {
        let cells = COLUMNS
            .iter()
            .enumerate()
            .map(|(at, column)| Ok(field(&cell(row, at, column)?)));
        write!(out, "{}\r\n", cells.collect::<io::Result<Vec<_>>>()?.join(","))?;
        lines += 1;
    }
    Ok(lines)
}

fn cell(row: &Row<'_>, at: usize, column: &str) -> io::Result<String> {
    Ok(match row.get_ref(at).map_err(io::Error::other)? {
        ValueRef::Integer(millis) if column.ends_with("_at") => {
            format!("{:.3}", Timestamp::from_millisecond(millis).map_err(io::Error::other)?)
        }
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => String::new(),
    })
}

/// A field; quoted when it has to be.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_only_when_it_has_to_be() {
        assert_eq!(field("plain text"), "plain text");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(field("two\nlines"), "\"two\nlines\"");
    }
}
