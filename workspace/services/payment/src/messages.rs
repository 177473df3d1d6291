//! The records that the service reads and writes.

use palinode_participant::record;
use serde::{Deserialize, Serialize};

/// Reserve the price of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservePayment {
    /// The order.
    pub order_id: String,
    /// Who pays.
    pub customer_id: String,
    /// Minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    ReservePayment,
    "shop.payments.ReservePayment",
    "../../../../schemas/shop/payments/ReservePayment.avsc"
);

/// Give back what was reserved for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPayment {
    /// The order.
    pub order_id: String,
    /// Minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    RefundPayment,
    "shop.payments.RefundPayment",
    "../../../../schemas/shop/payments/RefundPayment.avsc"
);

/// Take the money that was reserved for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturePayment {
    /// The order.
    pub order_id: String,
    /// Minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    CapturePayment,
    "shop.payments.CapturePayment",
    "../../../../schemas/shop/payments/CapturePayment.avsc"
);

/// The price of an order is reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSucceeded {
    /// The order.
    pub order_id: String,
    /// The service's name for the reservation.
    pub reservation_id: String,
    /// Minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    PaymentSucceeded,
    "shop.payments.PaymentSucceeded",
    "../../../../schemas/shop/payments/PaymentSucceeded.avsc"
);

/// The price of an order was not reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// The order.
    pub order_id: String,
    /// The class of the refusal.
    pub code: String,
    /// The refusal in words.
    pub reason: String,
}
record!(
    PaymentFailed,
    "shop.payments.PaymentFailed",
    "../../../../schemas/shop/payments/PaymentFailed.avsc"
);

/// What was reserved for an order was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRefunded {
    /// The order.
    pub order_id: String,
    /// What was given back; 0 when there was nothing to undo.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    PaymentRefunded,
    "shop.payments.PaymentRefunded",
    "../../../../schemas/shop/payments/PaymentRefunded.avsc"
);

/// The money that was reserved for an order was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCaptured {
    /// The order.
    pub order_id: String,
    /// Minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    PaymentCaptured,
    "shop.payments.PaymentCaptured",
    "../../../../schemas/shop/payments/PaymentCaptured.avsc"
);

/// A customer's account was opened with a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpened {
    /// The customer.
    pub customer_id: String,
    /// Minor units of the currency.
    pub balance_minor: i64,
    /// ISO 4217.
    pub currency: String,
}
record!(
    AccountOpened,
    "shop.payments.AccountOpened",
    "../../../../schemas/shop/payments/AccountOpened.avsc"
);
