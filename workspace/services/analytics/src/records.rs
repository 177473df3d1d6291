//! The records that are read.

use std::collections::BTreeMap;

use palinode_participant::record;
use serde::{Deserialize, Serialize};

/// The topic of the outcomes.
pub const OUTCOMES_TOPIC: &str = "palinode.outcomes";
/// The topics that are read.
pub const TOPICS: [&str; 5] = [
    OUTCOMES_TOPIC,
    "orders.events",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];

/// The events that tell how far an order is. Others on the same topics (an account, a delivery of stock) have other keys.
pub(crate) const ORDER_EVENTS: [&str; 13] = [
    "shop.orders.OrderPlaced",
    "shop.payments.PaymentSucceeded",
    "shop.payments.PaymentFailed",
    "shop.payments.PaymentRefunded",
    "shop.payments.PaymentCaptured",
    "shop.warehouse.StockReserved",
    "shop.warehouse.StockUnavailable",
    "shop.warehouse.StockReleased",
    "shop.warehouse.OrderReadyForShipment",
    "shop.warehouse.PackingFailed",
    "shop.warehouse.OrderUnpacked",
    "shop.shipments.OrderShipped",
    "shop.shipments.ShipmentFailed",
];

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// The one row that a finished saga leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The id of the saga event that ended the saga: `definition/key/sequence`.
    pub event_id: String,
    /// The definition.
    pub definition: String,
    /// Its version.
    pub version: i32,
    /// The key of the saga.
    pub saga: String,
    /// `COMPLETED` or `COMPENSATED`.
    pub outcome: String,
    /// The class of the reason, when the saga was compensated.
    pub reason_code: Option<String>,
    /// The reason in words, when the saga was compensated.
    pub reason: Option<String>,
    /// When it started.
    pub started_at: Millis,
    /// When it ended.
    pub ended_at: Millis,
    /// The correlation id of its messages.
    pub correlation: String,
    /// Its steps.
    pub stages: Vec<Stage>,
    /// What the definition gives to analysts.
    pub attributes: BTreeMap<String, Attribute>,
}
record!(Outcome, "palinode.Outcome", "../../../../schemas/palinode/Outcome.avsc");

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The step.
    pub step: String,
    /// How far it got, for example `SUCCEEDED`, `FAILED`, `UNKNOWN` or `COMPENSATED`.
    pub status: String,
    /// How many commands were sent to do it.
    pub attempts: i32,
    /// How many requests those commands made.
    pub rounds: i32,
    /// When the first command was sent.
    pub requested_at: Option<Millis>,
    /// When the final reply came.
    pub answered_at: Option<Millis>,
    /// How many commands were sent to take it back.
    pub compensation_attempts: i32,
    /// When it was taken back.
    pub compensated_at: Option<Millis>,
}

/// A field that the definition gives to analysts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number; also times.
    Long(i64),
    /// A number.
    Double(f64),
    /// Text.
    String(String),
}
