//! The texts that customers read, each under a key, all in this file: who adds a language adds a column here.

/// The key of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The order was taken and nothing else is known.
    Placed,
    /// The payment went through.
    Paid,
    /// The payment was refused for good.
    PaymentRefused,
    /// The order waits for a new try to pay.
    PaymentWanted,
    /// The order waits for a person of ours.
    UnderReview,
    /// The order goes on after it waited.
    GoesOn,
    /// The order is being taken back.
    BeingCancelled,
    /// The order is on its way.
    Shipped,
    /// The order was taken back because the customer wished it.
    Cancelled,
    /// The order was taken back for another reason.
    NotFulfilled,
    /// The order is being worked on.
    InProgress,
    /// The order can no longer be cancelled.
    CancelRefused,
    /// What the customer asked for is being looked at.
    Asked,
}

impl Message {
    /// The text that belongs to an order's status (a milestone's name, or `placed`), the class of its reason, and
    /// whether its payment has gone through.
    pub fn of(status: &str, reason_code: Option<&str>, is_paid: bool) -> Self {
        match status {
            "placed" | "started" => Self::Placed,
            "payment.succeeded" => Self::Paid,
            "payment.failed" => Self::PaymentRefused,
            "suspended" if is_paid => Self::UnderReview,
            "suspended" => Self::PaymentWanted,
            "resumed" => Self::GoesOn,
            "compensating" => Self::BeingCancelled,
            "shipment.succeeded" | "completed" => Self::Shipped,
            "compensated" if reason_code == Some("CANCELLED") => Self::Cancelled,
            "compensated" => Self::NotFulfilled,
            "cancelRefused" => Self::CancelRefused,
            _ => Self::InProgress,
        }
    }

    /// The text in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::Placed => "We have your order.",
            Self::Paid => "Your payment is confirmed.",
            Self::PaymentRefused => "Your payment was refused.",
            Self::PaymentWanted => "Payment did not go through; please try again.",
            Self::UnderReview => "Your order is taking longer than usual; we are looking into it.",
            Self::GoesOn => "Thank you; your order goes on.",
            Self::BeingCancelled => "Your order is being cancelled.",
            Self::Shipped => "Your order has been shipped.",
            Self::Cancelled => "Your order was cancelled, as you wished. You pay nothing.",
            Self::NotFulfilled => "We could not fulfil your order. You pay nothing.",
            Self::InProgress => "Your order is being prepared.",
            Self::CancelRefused => "Your order can no longer be cancelled: it is on its way.",
            Self::Asked => "We have your wish and will see what we can do.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspended_order_asks_for_payment_only_while_it_is_unpaid() {
        assert_eq!(
            Message::of("suspended", None, false).english(),
            "Payment did not go through; please try again."
        );
        assert_eq!(Message::of("suspended", None, true), Message::UnderReview);
    }

    #[test]
    fn a_compensated_order_says_whose_wish_it_was() {
        assert_eq!(Message::of("compensated", Some("CANCELLED"), true), Message::Cancelled);
        assert_eq!(
            Message::of("compensated", Some("STEP_FAILED"), true),
            Message::NotFulfilled
        );
    }

    #[test]
    fn a_milestone_without_a_text_of_its_own_is_progress() {
        assert_eq!(Message::of("packing.succeeded", None, true), Message::InProgress);
    }
}
