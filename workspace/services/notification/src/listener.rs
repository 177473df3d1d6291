//! Turns events into messages for the chat.
//!
//! Kafka keeps order within a topic only, and the events of one order stand on five. So each message carries the time
//! at which its event happened, and the courier tells an order's messages in that order.

use metrics::counter;
use palinode_participant::{Event, EventHandler, HandlerError, Record, Timestamp, headers};
use rusqlite::Transaction;

use crate::{
    ChatMessage, Text, queue,
    records::{
        OrderPlaced, OrderReadyForShipment, OrderShipped, OrderStatusChanged, PaymentFailed, PaymentRefunded,
        PaymentSucceeded,
    },
    wake::Wake,
};

/// The refusals that are the shop's affair and not the customer's: the saga tries again by itself, or was taken back.
const SILENT_CODES: [&str; 2] = ["BANK_UNAVAILABLE", palinode_participant::BARRED];

/// Queues a message for each event that a customer is told of.
#[derive(Debug)]
pub struct Listener {
    wake: Wake,
}

/// What an event means to a customer.
struct News {
    text: Text,
    order_id: String,
    reason: Option<String>,
}

impl Listener {
    /// A listener that wakes the courier by `wake`.
    pub(crate) fn new(wake: Wake) -> Self {
        Self { wake }
    }
}

impl EventHandler for Listener {
    fn handle(&mut self, event: &Event<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<(), HandlerError> {
        let Some(news) = news(event, tx)? else { return Ok(()) };
        let message = ChatMessage::new(news.text, &news.order_id, news.reason.as_deref(), &event.id);
        if queue::put(tx, &message, happened_at(event, now), now)? {
            counter!("shop_notifications_queued_total", "text" => news.text.key()).increment(1);
            tracing::info!(
                order_id = message.order_id,
                message_id = message.message_id,
                correlation_id = event.correlation_id(),
                "a message was queued"
            );
        }
        Ok(())
    }

    fn committed(&mut self) {
        self.wake.notify();
    }
}

/// When the event happened: its own time, else that of its record, else when it is read.
fn happened_at(event: &Event<'_>, now: Timestamp) -> Timestamp {
    let stated = event
        .incoming
        .header(headers::CE_TIME)
        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
    match stated {
        Some(time) => Timestamp(time.as_millisecond()),
        None if event.incoming.timestamp >= 0 => Timestamp(event.incoming.timestamp),
        None => now,
    }
}

fn news(event: &Event<'_>, tx: &Transaction<'_>) -> Result<Option<News>, HandlerError> {
    let tell = |text, order_id, reason| Ok(Some(News { text, order_id, reason }));
    match event.record.as_str() {
        OrderPlaced::NAME => tell(Text::OrderCreated, event.payload::<OrderPlaced>()?.order_id, None),
        PaymentSucceeded::NAME => tell(
            Text::PaymentConfirmed,
            event.payload::<PaymentSucceeded>()?.order_id,
            None,
        ),
        PaymentFailed::NAME => {
            let failed: PaymentFailed = event.payload()?;
            match SILENT_CODES.contains(&failed.code.as_str()) {
                true => Ok(None),
                false => tell(Text::PaymentFailed, failed.order_id, Some(failed.reason)),
            }
        }
        PaymentRefunded::NAME => {
            let refunded: PaymentRefunded = event.payload()?;
            match refunded.amount_minor {
                0 => Ok(None),
                _ => tell(Text::Refunded, refunded.order_id, None),
            }
        }
        OrderReadyForShipment::NAME => tell(
            Text::ReadyForShipment,
            event.payload::<OrderReadyForShipment>()?.order_id,
            None,
        ),
        OrderShipped::NAME => tell(Text::Shipped, event.payload::<OrderShipped>()?.order_id, None),
        OrderStatusChanged::NAME => milestone(event.payload()?, tx),
        _ => Ok(None),
    }
}

fn milestone(change: OrderStatusChanged, tx: &Transaction<'_>) -> Result<Option<News>, HandlerError> {
    let text = match change.status.as_str() {
        "suspended" => {
            let paid = ChatMessage::new(Text::PaymentConfirmed, &change.order_id, None, "").message_id;
            if queue::contains(tx, &paid)? {
                Text::Delayed
            } else {
                Text::PaymentWanted
            }
        }
        "compensated" => Text::Cancelled,
        "cancelRefused" => Text::CancelRefused,
        _ => return Ok(None),
    };
    // Why an order waits is ours to know; why it was taken back is the customer's.
    let reason = change.reason.filter(|_| text == Text::Cancelled);
    Ok(Some(News {
        text,
        order_id: change.order_id,
        reason,
    }))
}
