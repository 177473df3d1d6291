//! The texts of the chat messages, each under a key, all in this file: who adds a language adds a column here.

/// What a customer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The order was taken.
    OrderCreated,
    /// The payment went through.
    PaymentConfirmed,
    /// The payment was refused for good.
    PaymentFailed,
    /// The payment service could not be reached; the customer may try again.
    PaymentWanted,
    /// The order waits for a person of ours.
    Delayed,
    /// The order is packed.
    ReadyForShipment,
    /// The order is on its way.
    Shipped,
    /// The order was taken back.
    Cancelled,
    /// The payment was given back.
    Refunded,
    /// The order can no longer be cancelled.
    CancelRefused,
}

impl Text {
    /// The key: part of message ids, so it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::OrderCreated => "order-created",
            Self::PaymentConfirmed => "payment-confirmed",
            Self::PaymentFailed => "payment-failed",
            Self::PaymentWanted => "payment-wanted",
            Self::Delayed => "delayed",
            Self::ReadyForShipment => "ready-for-shipment",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::CancelRefused => "cancel-refused",
        }
    }

    /// Whether an order can be told this more than once: then each event that says so has a message of its own.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::PaymentWanted | Self::Delayed | Self::CancelRefused)
    }

    /// The text in English, with the reason when there is one.
    pub fn english(self, order_id: &str, reason: Option<&str>) -> String {
        let text = match self {
            Self::OrderCreated => "Order created",
            Self::PaymentConfirmed => "Payment confirmed",
            Self::PaymentFailed => "Payment failed",
            Self::PaymentWanted => "Payment failed for now; your order is kept, please try again",
            Self::Delayed => "Your order is taking longer than usual; we are looking into it",
            Self::ReadyForShipment => "Ready for shipment",
            Self::Shipped => "Shipped",
            Self::Cancelled => "Cancelled",
            Self::Refunded => "Payment refunded",
            Self::CancelRefused => "The order can no longer be cancelled",
        };
        match reason.filter(|reason| !reason.is_empty()) {
            Some(reason) => format!("{text}: {reason} (order {order_id})"),
            None => format!("{text} (order {order_id})"),
        }
    }
}
