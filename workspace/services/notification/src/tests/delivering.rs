//! Nothing is lost, nothing is shown twice, and the order of one order id is kept.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use parking_lot::Mutex;

use super::given::{Given, a_chat, failed, paid, placed, ready, shipped, until};
use crate::{
    ChatMessage,
    webhook::{Delivery, Webhook},
};

/// The ids of an order's messages as the chat shows them.
fn told(messages: &[ChatMessage], order: &str) -> Vec<String> {
    let of_order = messages.iter().filter(|message| message.order_id == order);
    of_order
        .map(|message| message.message_id.rsplit_once('/').unwrap().1.to_owned())
        .collect()
}

#[tokio::test]
async fn messages_arrive_once_each_and_in_order() {
    let mut given = Given::a_service();
    let chat = a_chat().await;
    let (courier, stop) = given.a_courier_to(&chat.url());
    let orders: Vec<_> = (0..20).map(|at| format!("o-{at}")).collect();
    for order in &orders {
        given.hears(&placed(order));
        given.hears(&paid(order));
    }
    for order in &orders {
        given.hears(&ready(order));
        given.hears(&shipped(order));
    }
    until("all have arrived", || chat.inbox().received().distinct() == 80).await;
    let received = chat.inbox().received();
    for order in &orders {
        let expected = ["order-created", "payment-confirmed", "ready-for-shipment", "shipped"];
        assert_eq!(told(&received.last, order), expected, "{order}");
    }
    assert_eq!(received.repeats, 0);
    stop.request();
    courier.await.unwrap();
    assert_eq!(given.depth(), 0);
}

#[tokio::test]
async fn while_the_chat_is_down_messages_wait_and_keep_their_order() {
    let mut given = Given::a_service();
    let chat = a_chat().await;
    chat.inbox().close();
    for order in ["o-1", "o-2"] {
        given.hears(&placed(order));
        given.hears(&failed(order, "BANK_REFUSED"));
    }
    let (_courier, _stop) = given.a_courier_to(&chat.url());
    until("it was tried in vain", || chat.inbox().received().turned_away >= 6).await;
    assert_eq!((chat.inbox().received().raw, given.depth()), (0, 4));
    chat.inbox().reopen();
    until("all have arrived", || chat.inbox().received().distinct() == 4).await;
    let received = chat.inbox().received();
    for order in ["o-1", "o-2"] {
        assert_eq!(told(&received.last, order), ["order-created", "payment-failed"]);
    }
}

#[tokio::test]
async fn a_crash_after_the_post_and_before_the_note_repeats_the_message_and_the_chat_drops_it() {
    let mut given = Given::a_service();
    let chat = a_chat().await;
    given.hears(&placed("o-1"));
    given.hears(&shipped("o-1"));
    let first = &given.waiting()[0];
    assert_eq!(Webhook::new(&chat.url()).unwrap().post(first).await, Delivery::Taken);

    let given = given.after_a_crash();

    let (_courier, _stop) = given.a_courier_to(&chat.url());
    until("all have arrived", || chat.inbox().received().distinct() == 2).await;
    let received = chat.inbox().received();
    assert_eq!((received.raw, received.repeats), (3, 1));
    assert_eq!(told(&received.last, "o-1"), ["order-created", "shipped"]);
    until("the queue is empty", || given.depth() == 0).await;
}

#[tokio::test]
async fn a_message_that_the_chat_refuses_for_good_does_not_hold_up_the_next() {
    let mut given = Given::a_service();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let routes = Router::new().route("/", post(picky)).with_state(Arc::clone(&taken));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    given.hears(&placed("o-1"));
    given.hears(&shipped("o-1"));
    let (_courier, _stop) = given.a_courier_to(&url);
    until("the queue is empty", || given.depth() == 0).await;
    assert_eq!(*taken.lock(), ["o-1/shipped"]);
    let refusal = given.database.read(|connection| {
        connection.query_row(
            "SELECT refusal FROM messages WHERE message_id = 'o-1/order-created'",
            [],
            |row| row.get(0),
        )
    });
    assert_eq!(
        refusal,
        Ok::<String, palinode_participant::rusqlite::Error>("400 Bad Request".into())
    );
}

/// A chat that does not like one text.
async fn picky(State(taken): State<Arc<Mutex<Vec<String>>>>, Json(message): Json<ChatMessage>) -> StatusCode {
    if message.text.starts_with("Order created") {
        return StatusCode::BAD_REQUEST;
    }
    taken.lock().push(message.message_id);
    StatusCode::NO_CONTENT
}

#[test]
fn an_address_that_is_none_is_refused_at_start() {
    let refused = Webhook::new("not an address").unwrap_err();
    assert!(refused.to_string().contains("webhook"), "{refused}");
}

#[tokio::test]
async fn an_order_is_told_as_it_happened_whichever_topic_was_read_first() {
    let mut given = Given::a_service();
    let chat = a_chat().await;
    given.hears_at("2026-01-01T00:00:03.000Z", &shipped("o-1"));
    given.hears_at("2026-01-01T00:00:02.000Z", &paid("o-1"));
    given.hears_at("2026-01-01T00:00:01.000Z", &placed("o-1"));
    let (_courier, _stop) = given.a_courier_to(&chat.url());
    until("all have arrived", || chat.inbox().received().distinct() == 3).await;
    let told = told(&chat.inbox().received().last, "o-1");
    assert_eq!(told, ["order-created", "payment-confirmed", "shipped"]);
}
