//! The order record is kept from `orders.status`.

use palinode_order::{OrderStatusChanged, StatusKeeper};
use palinode_participant::{Heard, Incoming, Listening, Record, Timestamp};

use crate::given::Given;

/// A milestone as it comes from Kafka: the order's `sequence`-th event.
pub(crate) struct Milestone {
    change: OrderStatusChanged,
    sequence: u32,
}

/// The order reached `status`.
pub(crate) fn milestone(order_id: &str, sequence: u32, status: &str) -> Milestone {
    let change = OrderStatusChanged {
        order_id: order_id.into(),
        status: status.into(),
        reason: None,
        reason_code: None,
    };
    Milestone { change, sequence }
}

impl Milestone {
    fn because(mut self, code: &str, reason: &str) -> Self {
        self.change.reason_code = Some(code.into());
        self.change.reason = Some(reason.into());
        self
    }
}

impl Given {
    /// The service reads these milestones.
    pub(crate) fn hears(&self, milestones: &[Milestone]) -> Heard {
        let records: Vec<_> = milestones.iter().map(|milestone| self.incoming(milestone)).collect();
        let mut listening = Listening::new(self.codec.clone(), StatusKeeper);
        listening.process(&self.database, &records, Timestamp(0)).unwrap()
    }

    fn incoming(&self, Milestone { change, sequence }: &Milestone) -> Incoming {
        let header = |name: &str, value: String| (name.to_owned(), value.into_bytes());
        Incoming {
            topic: "orders.status".into(),
            partition: 0,
            offset: i64::from(*sequence),
            timestamp: 0,
            key: Some(change.order_id.clone().into_bytes()),
            value: Some(self.codec.encode(change).unwrap()),
            headers: vec![
                header(
                    "ce_id",
                    format!("order-fulfilment/{}/{sequence}/{}", change.order_id, change.status),
                ),
                header("ce_type", OrderStatusChanged::NAME.into()),
                header("ce_time", format!("2026-01-02T03:04:{sequence:02}.000Z")),
            ],
        }
    }
}

#[tokio::test]
async fn an_order_shows_where_it_stands_and_how_it_came_there() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    given.hears(&[
        milestone(&id, 1, "started"),
        milestone(&id, 5, "suspended").because("ATTEMPTS_EXHAUSTED", "the bank does not answer"),
    ]);
    let shown = given.get(&format!("/orders/{id}")).await.body;
    assert_eq!(shown["status"], "suspended");
    assert_eq!(shown["reason"], "the bank does not answer");
    assert_eq!(shown["reason_code"], "ATTEMPTS_EXHAUSTED");
    assert_eq!(shown["message"], "Payment did not go through; please try again.");
    let history = shown["history"].as_array().unwrap();
    let statuses: Vec<_> = history.iter().map(|entry| entry["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["placed", "started", "suspended"]);
    assert_eq!(history[2]["at"], "2026-01-02T03:04:05.000Z");

    given.hears(&[milestone(&id, 9, "payment.succeeded"), milestone(&id, 20, "completed")]);
    let shown = given.get(&format!("/orders/{id}")).await.body;
    assert_eq!(
        (&shown["status"], &shown["message"]),
        (&"completed".into(), &"Your order has been shipped.".into())
    );
    assert!(shown.get("reason").is_none());
}

#[tokio::test]
async fn a_milestone_that_comes_again_changes_nothing() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    given.hears(&[milestone(&id, 1, "started"), milestone(&id, 2, "completed")]);
    given.hears(&[milestone(&id, 1, "started"), milestone(&id, 2, "completed")]);
    let shown = given.get(&format!("/orders/{id}")).await.body;
    assert_eq!(shown["status"], "completed");
    assert_eq!(shown["history"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refused_cancellation_is_history_and_no_status() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    given.hears(&[
        milestone(&id, 1, "shipment.succeeded"),
        milestone(&id, 2, "cancelRefused"),
    ]);
    let shown = given.get(&format!("/orders/{id}")).await.body;
    assert_eq!(shown["status"], "shipment.succeeded");
    assert_eq!(shown["history"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn strange_records_stop_nothing() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    let mut poison = given.incoming(&milestone(&id, 1, "started"));
    poison.value = Some(b"poison".to_vec());
    let stranger = given.incoming(&milestone("o-of-another-shop", 1, "started"));
    let good = given.incoming(&milestone(&id, 2, "completed"));
    let mut listening = Listening::new(given.codec.clone(), StatusKeeper);
    let heard = listening
        .process(&given.database, &[poison, stranger, good], Timestamp(0))
        .unwrap();
    assert_eq!((heard.events, heard.unreadable), (3, 1));
    assert_eq!(given.get(&format!("/orders/{id}")).await.body["status"], "completed");
}
