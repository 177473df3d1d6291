//! The events that customers are told of, with the fields that a message needs; the rest of each record is passed over.

use palinode_participant::record;
use serde::{Deserialize, Serialize};

/// The topics that are read.
pub const TOPICS: [&str; 5] = [
    "orders.events",
    "orders.status",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];

/// Defines records by their fields, their full name and the path of their schema.
macro_rules! records {
    ($($(#[$doc:meta])* $type:ident $fields:tt = $name:literal in $file:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Serialize, Deserialize)]
            pub(crate) struct $type $fields
            record!($type, $name, $file);
        )*
    };
}

records! {
    /// A customer placed an order.
    OrderPlaced { pub(crate) order_id: String }
        = "shop.orders.OrderPlaced" in "../../../../schemas/shop/orders/OrderPlaced.avsc";
    /// Order fulfilment reached a milestone.
    OrderStatusChanged { pub(crate) order_id: String, pub(crate) status: String, pub(crate) reason: Option<String> }
        = "shop.orders.OrderStatusChanged" in "../../../../schemas/shop/orders/OrderStatusChanged.avsc";
    /// The price of an order was reserved.
    PaymentSucceeded { pub(crate) order_id: String }
        = "shop.payments.PaymentSucceeded" in "../../../../schemas/shop/payments/PaymentSucceeded.avsc";
    /// The price of an order was not reserved.
    PaymentFailed { pub(crate) order_id: String, pub(crate) code: String, pub(crate) reason: String }
        = "shop.payments.PaymentFailed" in "../../../../schemas/shop/payments/PaymentFailed.avsc";
    /// What had been reserved was given back; zero when there was nothing.
    PaymentRefunded { pub(crate) order_id: String, pub(crate) amount_minor: i64 }
        = "shop.payments.PaymentRefunded" in "../../../../schemas/shop/payments/PaymentRefunded.avsc";
    /// An order is packed.
    OrderReadyForShipment { pub(crate) order_id: String }
        = "shop.warehouse.OrderReadyForShipment" in "../../../../schemas/shop/warehouse/OrderReadyForShipment.avsc";
    /// An order is on its way.
    OrderShipped { pub(crate) order_id: String }
        = "shop.shipments.OrderShipped" in "../../../../schemas/shop/shipments/OrderShipped.avsc";
}
