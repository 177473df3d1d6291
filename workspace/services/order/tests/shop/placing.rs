//! Placing orders: every cell of the idempotency key's table, and the door.

use std::{collections::BTreeSet, sync::mpsc};

use palinode_order::OrderPlaced;
use palinode_participant::rusqlite;
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::given::{Given, post, tea};

#[tokio::test]
async fn an_order_is_answered_at_once_and_announced_once() {
    let given = Given::a_shop().await;
    let answer = given.place("k-1", &tea()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let id = answer.body["order_id"].as_str().unwrap();
    assert!(id.starts_with("o-"), "{id}");
    assert_eq!(answer.body["order_number"], "P-0000001");
    assert_eq!(answer.body["status"], "placed");
    assert_eq!(answer.body["links"]["cancel"], format!("/orders/{id}/cancel"));
    assert_eq!(answer.headers["location"], format!("/orders/{id}"));

    let outbox = given.outbox();
    assert_eq!(outbox.len(), 1);
    assert_eq!(
        (&*outbox[0].topic, outbox[0].key.as_deref()),
        ("orders.events", Some(id.as_bytes()))
    );
    let event: OrderPlaced = given.read(&outbox[0]);
    assert_eq!(
        (event.order_id.as_str(), event.total_minor, event.items[0].quantity),
        (id, 1_990, 2)
    );
    assert_eq!(event.promised_delivery_at - event.placed_at, 48 * 3_600_000);

    let shown = given.get(&format!("/orders/{id}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.body["promised_delivery_at"], answer.body["promised_delivery_at"]);
    assert_eq!(shown.body["message"], "We have your order.");
    assert_eq!(shown.body["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_does_nothing() {
    let given = Given::a_shop().await;
    let first = given.place("k-1", &tea()).await;
    let respelled = "{\"currency\":\"EUR\", \"total_minor\":1990,  \"items\":[{\"quantity\":2,\"sku\":\"tea\"}],
                      \"customer_name\":\"Ada Löwe\",\"customer_id\":\"c-1\"}";
    for body in [tea().to_string(), respelled.to_owned()] {
        let again = given.post("/orders", &[("idempotency-key", "\"k-1\"")], body).await;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(given.outbox().len(), 1);
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let given = Given::a_shop().await;
    let first = given.place("k-1", &tea()).await;
    let mut other = tea();
    other["total_minor"] = json!(1);
    assert_eq!(
        given.place("k-1", &other).await.problem(),
        (422, "idempotency-key-reused")
    );
    assert_eq!(
        given.place("k-1", &tea()).await.body,
        first.body,
        "the first answer stands"
    );
    assert_eq!(given.place("k-2", &other).await.status, StatusCode::CREATED);
    assert_eq!(given.outbox().len(), 2);
}

#[tokio::test]
async fn a_request_without_a_usable_key_is_refused() {
    let given = Given::a_shop().await;
    let without = given.post("/orders", &[], tea().to_string()).await;
    assert_eq!(without.problem(), (400, "idempotency-key-missing"));
    assert_eq!(
        given.place("", &tea()).await.problem(),
        (400, "idempotency-key-missing")
    );
    assert_eq!(
        given.place(&"k".repeat(256), &tea()).await.problem(),
        (400, "idempotency-key-missing")
    );
    assert!(given.outbox().is_empty());
}

#[tokio::test]
async fn a_repeat_while_the_first_runs_is_refused() {
    let given = Given::a_shop().await;
    let (held, release) = (mpsc::channel::<()>(), mpsc::channel::<()>());
    let holder = std::thread::spawn({
        let database = given.database.clone();
        move || {
            database.transaction(|_| {
                held.0.send(()).unwrap();
                release.1.recv().unwrap();
                Ok::<_, rusqlite::Error>(())
            })
        }
    });
    held.1.recv().unwrap();
    let mut requests = JoinSet::new();
    for _ in 0..2 {
        let request = given.request();
        requests.spawn(async move { post(request, "/orders", &[("idempotency-key", "k-1")], tea().to_string()).await });
    }
    let refused = requests.join_next().await.unwrap().unwrap();
    assert_eq!(
        refused.problem(),
        (409, "idempotency-key-running"),
        "nothing can be stored while the database is held"
    );
    assert!(refused.headers.contains_key("retry-after"));
    release.0.send(()).unwrap();
    let served = requests.join_next().await.unwrap().unwrap();
    assert_eq!(served.status, StatusCode::CREATED);
    holder.join().unwrap().unwrap();
    assert_eq!(given.place("k-1", &tea()).await.body, served.body);
    assert_eq!(given.outbox().len(), 1);
}

#[tokio::test]
async fn a_body_that_breaks_limits_is_told_where_and_uses_no_key_up() {
    let given = Given::a_shop().await;
    let mut body = tea();
    body["currency"] = json!("euro");
    body["items"] = json!([{ "sku": "tea", "quantity": 0 }]);
    let refused = given.place("k-1", &body).await;
    assert_eq!(refused.problem(), (400, "body-invalid"));
    let pointers: Vec<_> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(pointers, ["/currency", "/items/0/quantity"]);
    assert_eq!(given.place("k-1", &tea()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let given = Given::a_shop().await;
    let key = [("idempotency-key", "k-1")];
    let mut unknown_field = tea();
    unknown_field["colour"] = json!("green");
    for body in ["{", "[]", "null", &unknown_field.to_string()] {
        let refused = given.post("/orders", &key, body.into()).await;
        assert_eq!(refused.problem(), (400, "body-unreadable"), "{body}");
    }
    let mut long = tea();
    long["customer_name"] = json!("a".repeat(70_000));
    assert_eq!(given.place("k-1", &long).await.problem(), (413, "body-unreadable"));
    assert!(given.outbox().is_empty());
}

#[tokio::test]
async fn many_at_once_are_all_served_and_each_once() {
    let given = Given::a_shop().await;
    let mut requests = JoinSet::new();
    for at in 0..200 {
        let request = given.request();
        let key = format!("k-{at}");
        requests.spawn(async move { post(request, "/orders", &[("idempotency-key", &key)], tea().to_string()).await });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::CREATED));
    let numbers: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.body["order_number"].to_string())
        .collect();
    assert_eq!(numbers.len(), 200);
    assert_eq!(given.outbox().len(), 200);
}
