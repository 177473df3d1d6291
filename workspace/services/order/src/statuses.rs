//! Keeps the orders' statuses from `orders.status`.

use metrics::counter;
use palinode_participant::{Event, EventHandler, HandlerError, Record, Timestamp, headers};
use rusqlite::Transaction;

use crate::{
    Millis, Status,
    events::OrderStatusChanged,
    tables::{self, Taken},
};

/// Writes each milestone into the history of its order.
#[derive(Debug, Default)]
pub struct StatusKeeper;

impl EventHandler for StatusKeeper {
    fn handle(&mut self, event: &Event<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<(), HandlerError> {
        if event.record.as_str() != OrderStatusChanged::NAME {
            return Ok(());
        }
        let change: OrderStatusChanged = event.payload()?;
        let status = Status {
            status: change.status,
            reason: change.reason,
            reason_code: change.reason_code,
            at: reached_at(event, now),
        };
        match tables::change_status(tx, &change.order_id, &event.id, &status)? {
            Taken::Yes => {
                tracing::info!(
                    order_id = change.order_id,
                    status = status.status,
                    correlation_id = event.correlation_id(),
                    "the order's status changed"
                );
            }
            Taken::Repeat => {}
            Taken::UnknownOrder => {
                counter!("shop_orders_statuses_unknown_total").increment(1);
                tracing::warn!(
                    order_id = change.order_id,
                    status = status.status,
                    correlation_id = event.correlation_id(),
                    "a status came for an order that is not one of ours"
                );
            }
        }
        Ok(())
    }
}

/// When the milestone was reached: the event's own time, else that of its record, else when it is read.
fn reached_at(event: &Event<'_>, now: Timestamp) -> Millis {
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
