//! The order as this service keeps it: what was ordered and what became of it.

use palinode_participant::{Timestamp, headers};

use crate::{Item, Message, Placement};

/// The status of an order of which no milestone is known.
pub(crate) const PLACED: &str = "placed";

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id: the key of all its messages.
    pub id: String,
    /// Its number, as people say it.
    pub number: i64,
    /// What was ordered, by whom, for how much.
    pub placement: Placement,
    /// When it was placed.
    pub placed_at: Millis,
    /// The delivery time that the customer was promised.
    pub promised_delivery_at: Millis,
    /// The correlation id of everything that belongs to it.
    pub correlation: String,
    /// What became of it, oldest first; never empty.
    pub history: Vec<Status>,
}

/// One entry of an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `placed`, or the name of a milestone.
    pub status: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// The class of the reason.
    pub reason_code: Option<String>,
    /// When it was reached.
    pub at: Millis,
}

impl Order {
    /// Where the order stands. A refused cancellation is news, but the order stands where it stood.
    pub fn status(&self) -> Option<&Status> {
        self.history.iter().rev().find(|entry| entry.status != "cancelRefused")
    }

    /// The text for the customer about where the order stands.
    pub fn message(&self) -> Message {
        let (status, code) = match self.status() {
            Some(entry) => (entry.status.as_str(), entry.reason_code.as_deref()),
            None => (PLACED, None),
        };
        Message::of(
            status,
            code,
            self.history.iter().any(|entry| entry.status == "payment.succeeded"),
        )
    }

    /// What was ordered.
    pub fn items(&self) -> &[Item] {
        &self.placement.items
    }
}

/// A time as people and programs read it: RFC 3339 in UTC, with milliseconds.
pub(crate) fn time_text(at: Millis) -> String {
    headers::time_text(Timestamp(at))
}

/// Whether nothing more comes after a status.
pub(crate) fn is_final(status: &str) -> bool {
    matches!(status, "completed" | "compensated")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(history: &[&str]) -> Order {
        let entry = |(at, status): (usize, &&str)| Status {
            status: (*status).into(),
            reason: None,
            reason_code: None,
            at: at as Millis,
        };
        Order {
            id: "o-1".into(),
            number: 1,
            placement: Placement {
                customer_id: "c".into(),
                customer_name: "A".into(),
                items: vec![],
                total_minor: 1,
                currency: "EUR".into(),
            },
            placed_at: 0,
            promised_delivery_at: 0,
            correlation: "k".into(),
            history: history.iter().enumerate().map(entry).collect(),
        }
    }

    #[test]
    fn a_refused_cancellation_leaves_the_order_where_it_stands() {
        let order = order(&["placed", "payment.succeeded", "cancelRefused"]);
        assert_eq!(
            order.status().map(|entry| entry.status.as_str()),
            Some("payment.succeeded")
        );
        assert_eq!(order.message(), Message::Paid);
    }

    #[test]
    fn an_order_that_was_paid_is_not_asked_to_pay_again() {
        assert_eq!(order(&["placed", "suspended"]).message(), Message::PaymentWanted);
        assert_eq!(
            order(&["placed", "payment.succeeded", "suspended"]).message(),
            Message::UnderReview
        );
    }
}
