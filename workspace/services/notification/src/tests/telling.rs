//! What customers are told.

use super::given::{Given, StockReceived, failed, paid, placed, ready, refunded, shipped, status};

/// The texts of the messages that wait, each of an order of its own, without the order.
fn texts(given: &Given) -> Vec<String> {
    let text = |text: &str| text.rsplit_once(" (order").unwrap().0.to_owned();
    given.waiting().iter().map(|message| text(&message.text)).collect()
}

#[test]
fn each_event_that_matters_to_a_customer_has_its_text() {
    let mut given = Given::a_service();
    given.hears(&placed("o-1"));
    given.hears(&paid("o-2"));
    given.hears(&failed("o-3", "BANK_REFUSED"));
    given.hears(&ready("o-4"));
    given.hears(&shipped("o-5"));
    given.hears(&refunded("o-6", 100));
    given.hears(&status("o-7", "compensated"));
    given.hears(&status("o-8", "suspended"));
    given.hears(&status("o-9", "cancelRefused"));
    assert_eq!(
        texts(&given),
        [
            "Order created",
            "Payment confirmed",
            "Payment failed: the bank refuses",
            "Ready for shipment",
            "Shipped",
            "Payment refunded",
            "Cancelled: the bank refuses",
            "Payment failed for now; your order is kept, please try again",
            "The order can no longer be cancelled",
        ]
    );
}

#[test]
fn what_is_the_shops_own_affair_is_not_told() {
    let mut given = Given::a_service();
    given.hears(&failed("o-1", "BANK_UNAVAILABLE"));
    given.hears(&failed("o-1", "BARRED"));
    given.hears(&refunded("o-1", 0));
    given.hears(&status("o-1", "payment.succeeded"));
    given.hears(&StockReceived {
        sku: "tea".into(),
        quantity: 5,
    });
    assert_eq!(texts(&given), Vec::<String>::new());
}

#[test]
fn a_paid_order_that_waits_asks_for_no_payment() {
    let mut given = Given::a_service();
    given.hears(&paid("o-1"));
    given.hears(&status("o-1", "suspended"));
    let ids = given.database.read(|connection| {
        let mut statement = connection.prepare("SELECT message_id FROM messages ORDER BY sequence")?;
        statement
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(ids.unwrap(), ["o-1/payment-confirmed", "o-1/delayed/event-2"]);
}

#[test]
fn an_event_that_comes_again_makes_no_second_message() {
    let mut given = Given::a_service();
    given.hears_as("a", &paid("o-1"));
    assert_eq!(given.hears_as("a", &paid("o-1")).duplicates, 1, "a copy of the event");
    assert_eq!(
        given.hears_as("b", &paid("o-1")).duplicates,
        0,
        "the same answer to a repeated command"
    );
    assert_eq!(given.depth(), 1);
    given.hears_as("c", &status("o-1", "cancelRefused"));
    given.hears_as("d", &status("o-1", "cancelRefused"));
    assert_eq!(given.depth(), 3, "two refused wishes are two pieces of news");
}
