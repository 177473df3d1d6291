//! The records that the service reads and writes.

use palinode_participant::record;
use serde::{Deserialize, Serialize};

/// So many pieces of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItem {
    /// The article.
    pub sku: String,
    /// How many.
    pub quantity: i32,
}

/// Reserve the items of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickItems {
    /// The order.
    pub order_id: String,
    /// What to reserve.
    pub items: Vec<StockItem>,
}
record!(
    PickItems,
    "shop.warehouse.PickItems",
    "../../../../schemas/shop/warehouse/PickItems.avsc"
);

/// Put back what was reserved for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseStock {
    /// The order.
    pub order_id: String,
}
record!(
    ReleaseStock,
    "shop.warehouse.ReleaseStock",
    "../../../../schemas/shop/warehouse/ReleaseStock.avsc"
);

/// Pack an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartFulfilment {
    /// The order.
    pub order_id: String,
}
record!(
    StartFulfilment,
    "shop.warehouse.StartFulfilment",
    "../../../../schemas/shop/warehouse/StartFulfilment.avsc"
);

/// Unpack an order, or take it out of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpackOrder {
    /// The order.
    pub order_id: String,
}
record!(
    UnpackOrder,
    "shop.warehouse.UnpackOrder",
    "../../../../schemas/shop/warehouse/UnpackOrder.avsc"
);

/// The items of an order are reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReserved {
    /// The order.
    pub order_id: String,
    /// What is reserved.
    pub items: Vec<StockItem>,
}
record!(
    StockReserved,
    "shop.warehouse.StockReserved",
    "../../../../schemas/shop/warehouse/StockReserved.avsc"
);

/// The items of an order were not reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockUnavailable {
    /// The order.
    pub order_id: String,
    /// The class of the refusal.
    pub code: String,
    /// The refusal in words.
    pub reason: String,
}
record!(
    StockUnavailable,
    "shop.warehouse.StockUnavailable",
    "../../../../schemas/shop/warehouse/StockUnavailable.avsc"
);

/// What was reserved for an order was put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReleased {
    /// The order.
    pub order_id: String,
    /// What was put back; empty when there was nothing to undo.
    pub items: Vec<StockItem>,
}
record!(
    StockReleased,
    "shop.warehouse.StockReleased",
    "../../../../schemas/shop/warehouse/StockReleased.avsc"
);

/// An order is packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReadyForShipment {
    /// The order.
    pub order_id: String,
    /// How many parcels it fills.
    pub parcels: i32,
}
record!(
    OrderReadyForShipment,
    "shop.warehouse.OrderReadyForShipment",
    "../../../../schemas/shop/warehouse/OrderReadyForShipment.avsc"
);

/// An order cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackingFailed {
    /// The order.
    pub order_id: String,
    /// The class of the refusal.
    pub code: String,
    /// The refusal in words.
    pub reason: String,
}
record!(
    PackingFailed,
    "shop.warehouse.PackingFailed",
    "../../../../schemas/shop/warehouse/PackingFailed.avsc"
);

/// An order is unpacked, or was never packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderUnpacked {
    /// The order.
    pub order_id: String,
}
record!(
    OrderUnpacked,
    "shop.warehouse.OrderUnpacked",
    "../../../../schemas/shop/warehouse/OrderUnpacked.avsc"
);

/// Pieces came into the warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReceived {
    /// The article.
    pub sku: String,
    /// How many pieces.
    pub quantity: i32,
}
record!(
    StockReceived,
    "shop.warehouse.StockReceived",
    "../../../../schemas/shop/warehouse/StockReceived.avsc"
);
