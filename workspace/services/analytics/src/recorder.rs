//! Records what comes.

use metrics::counter;
use palinode_participant::{Event, EventHandler, HandlerError, Record, Timestamp, headers};
use rusqlite::Transaction;

use crate::{
    Millis, Outcome,
    records::ORDER_EVENTS,
    tables::{self, Recorded},
};

/// Writes outcomes and order events into the tables.
#[derive(Debug, Default)]
pub struct Recorder;

impl EventHandler for Recorder {
    fn handle(&mut self, event: &Event<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<(), HandlerError> {
        let record = event.record.as_str();
        if record == Outcome::NAME {
            let outcome: Outcome = event.payload()?;
            if tables::record(tx, &outcome)? == Recorded::Yes {
                counter!("shop_analytics_outcomes_total", "outcome" => outcome.outcome).increment(1);
            }
        } else if ORDER_EVENTS.contains(&record) {
            tables::note_event(tx, record, event.key(), happened_at(event, now))?;
        }
        Ok(())
    }
}

/// When the event happened: its own time, else that of its record, else when it is read.
fn happened_at(event: &Event<'_>, now: Timestamp) -> Millis {
    let stated = event
        .incoming
        .header(headers::CE_TIME)
        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
    match stated {
        Some(time) => time.as_millisecond(),
        None if event.incoming.timestamp >= 0 => event.incoming.timestamp,
        None => now.0,
    }
}
