//! The records that the service reads and writes.

use palinode_participant::record;
use serde::{Deserialize, Serialize};

/// Hand the parcels of an order to a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateShipment {
    /// The order.
    pub order_id: String,
    /// Who gets it.
    pub customer_id: String,
    /// When the customer was promised it, in milliseconds.
    pub promised_delivery_at: i64,
}
record!(
    CreateShipment,
    "shop.shipments.CreateShipment",
    "../../../../schemas/shop/shipments/CreateShipment.avsc"
);

/// A carrier has the parcels of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderShipped {
    /// The order.
    pub order_id: String,
    /// The carrier's name for the shipment.
    pub consignment: String,
    /// When the carrier took it, in milliseconds.
    pub shipped_at: i64,
}
record!(
    OrderShipped,
    "shop.shipments.OrderShipped",
    "../../../../schemas/shop/shipments/OrderShipped.avsc"
);

/// No carrier takes the parcels of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentFailed {
    /// The order.
    pub order_id: String,
    /// The class of the refusal.
    pub code: String,
    /// The refusal in words.
    pub reason: String,
}
record!(
    ShipmentFailed,
    "shop.shipments.ShipmentFailed",
    "../../../../schemas/shop/shipments/ShipmentFailed.avsc"
);
