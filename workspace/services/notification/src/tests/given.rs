//! A service that listens, and events for it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use palinode_participant::{
    Codec, Database, Durability, Heard, Incoming, Listening, LocalSchemas, Record, Stop, Timestamp, record,
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{ChatMessage, Listener, courier::Courier, queue, receiver::Receiver, wake::Wake, webhook::Webhook};

/// How long something may take that takes milliseconds.
const DEADLINE: Duration = Duration::from_secs(20);

/// Defines records as their owners write them.
macro_rules! written {
    ($($type:ident { $($field:ident: $kind:ty),* } = $name:literal in $file:literal;)*) => {
        $(
            #[derive(Clone, Debug, Serialize, Deserialize)]
            pub(super) struct $type { $(pub(super) $field: $kind),* }
            record!($type, $name, $file);
        )*
    };
}

written! {
    OrderPlaced {
        order_id: String, customer_id: String, customer_name: String, items: Vec<()>, total_minor: i64,
        currency: String, promised_delivery_at: i64, placed_at: i64
    } = "shop.orders.OrderPlaced" in "../../../../../schemas/shop/orders/OrderPlaced.avsc";
    OrderStatusChanged { order_id: String, status: String, reason: Option<String>, reason_code: Option<String> }
        = "shop.orders.OrderStatusChanged" in "../../../../../schemas/shop/orders/OrderStatusChanged.avsc";
    PaymentSucceeded { order_id: String, reservation_id: String, amount_minor: i64, currency: String }
        = "shop.payments.PaymentSucceeded" in "../../../../../schemas/shop/payments/PaymentSucceeded.avsc";
    PaymentFailed { order_id: String, code: String, reason: String }
        = "shop.payments.PaymentFailed" in "../../../../../schemas/shop/payments/PaymentFailed.avsc";
    PaymentRefunded { order_id: String, amount_minor: i64, currency: String }
        = "shop.payments.PaymentRefunded" in "../../../../../schemas/shop/payments/PaymentRefunded.avsc";
    OrderReadyForShipment { order_id: String, parcels: i32 }
        = "shop.warehouse.OrderReadyForShipment" in "../../../../../schemas/shop/warehouse/OrderReadyForShipment.avsc";
    OrderShipped { order_id: String, consignment: String, shipped_at: i64 }
        = "shop.shipments.OrderShipped" in "../../../../../schemas/shop/shipments/OrderShipped.avsc";
    StockReceived { sku: String, quantity: i32 }
        = "shop.warehouse.StockReceived" in "../../../../../schemas/shop/warehouse/StockReceived.avsc";
}

pub(super) fn placed(order: &str) -> OrderPlaced {
    OrderPlaced {
        order_id: order.into(),
        customer_id: "c".into(),
        customer_name: "Ada".into(),
        items: vec![],
        total_minor: 1,
        currency: "EUR".into(),
        promised_delivery_at: 2,
        placed_at: 1,
    }
}

pub(super) fn paid(order: &str) -> PaymentSucceeded {
    PaymentSucceeded {
        order_id: order.into(),
        reservation_id: "r".into(),
        amount_minor: 1,
        currency: "EUR".into(),
    }
}

pub(super) fn failed(order: &str, code: &str) -> PaymentFailed {
    PaymentFailed {
        order_id: order.into(),
        code: code.into(),
        reason: "the bank refuses".into(),
    }
}

pub(super) fn refunded(order: &str, amount_minor: i64) -> PaymentRefunded {
    PaymentRefunded {
        order_id: order.into(),
        amount_minor,
        currency: "EUR".into(),
    }
}

pub(super) fn ready(order: &str) -> OrderReadyForShipment {
    OrderReadyForShipment {
        order_id: order.into(),
        parcels: 1,
    }
}

pub(super) fn shipped(order: &str) -> OrderShipped {
    OrderShipped {
        order_id: order.into(),
        consignment: "c-1".into(),
        shipped_at: 1,
    }
}

pub(super) fn status(order: &str, status: &str) -> OrderStatusChanged {
    let reason = Some("the bank refuses".to_owned());
    OrderStatusChanged {
        order_id: order.into(),
        status: status.into(),
        reason,
        reason_code: None,
    }
}

/// A service over a database file.
pub(super) struct Given {
    pub(super) database: Database,
    folder: Arc<TempDir>,
    codec: Codec,
    wake: Wake,
    listening: Listening<Listener>,
    events: i64,
}

impl Given {
    /// A service that has heard nothing yet.
    pub(super) fn a_service() -> Self {
        Self::over(Arc::new(TempDir::new().unwrap()))
    }

    /// The process ends without a word, and another one starts over what is on the disk.
    pub(super) fn after_a_crash(self) -> Self {
        let folder = Arc::clone(&self.folder);
        drop(self);
        Self::over(folder)
    }

    fn over(folder: Arc<TempDir>) -> Self {
        let path = Path::join(folder.path(), "notification.sqlite");
        let database = Database::open(&path, Durability::ProcessEnd).unwrap();
        database.transaction(|tx| queue::create(tx)).unwrap();
        let codec = Codec::new(Arc::new(LocalSchemas::default()));
        let wake = Wake::default();
        let listening = Listening::new(codec.clone(), Listener::new(wake.clone()));
        Self {
            database,
            folder,
            codec,
            wake,
            listening,
            events: 0,
        }
    }

    /// Hears an event under an id of its own.
    pub(super) fn hears<T: Record>(&mut self, event: &T) -> Heard {
        self.events += 1;
        let id = format!("event-{}", self.events);
        self.hears_as(&id, event)
    }

    /// Hears an event under this id.
    pub(super) fn hears_as<T: Record>(&mut self, id: &str, event: &T) -> Heard {
        self.takes(&[("ce_id", id)], event)
    }

    /// Hears an event that happened at this time.
    pub(super) fn hears_at<T: Record>(&mut self, time: &str, event: &T) -> Heard {
        self.takes(&[("ce_id", time), ("ce_time", time)], event)
    }

    fn takes<T: Record>(&mut self, headers: &[(&str, &str)], event: &T) -> Heard {
        let incoming = Incoming {
            topic: "events".into(),
            partition: 0,
            offset: self.events,
            timestamp: self.events,
            key: None,
            value: Some(self.codec.encode(event).unwrap()),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        };
        let now = Timestamp(self.events);
        self.listening.process(&self.database, &[incoming], now).unwrap()
    }

    /// The messages that can go out now.
    pub(super) fn waiting(&self) -> Vec<ChatMessage> {
        let waiting = self
            .database
            .read(|connection| queue::next(connection, Timestamp(i64::MAX), 1_000))
            .unwrap();
        waiting.into_iter().map(|waiting| waiting.message).collect()
    }

    /// A courier at work, until the second is requested.
    pub(super) fn a_courier_to(&self, url: &str) -> (JoinHandle<()>, Stop) {
        let stop = Stop::new();
        let courier = Courier {
            database: self.database.clone(),
            webhook: Webhook::new(url).unwrap(),
            wake: self.wake.clone(),
            stop: stop.clone(),
            ending: Stop::new(),
            settling: Duration::ZERO,
        };
        (tokio::spawn(async move { courier.work().await }), stop)
    }

    /// How many messages have not ended.
    pub(super) fn depth(&self) -> i64 {
        self.database.read(queue::depth).unwrap()
    }
}

/// A chat on a free port.
pub(super) async fn a_chat() -> Receiver {
    Receiver::listen(([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// Waits until something is so.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
