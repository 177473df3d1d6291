//! One call is followed from HTTP into the messages.

use crate::given::{Given, tea};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn the_callers_ids_go_into_the_message_and_back_to_the_caller() {
    let given = Given::a_shop().await;
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = [
        ("idempotency-key", "k"),
        ("traceparent", traceparent.as_str()),
        ("correlation-id", "call-7"),
    ];
    let answer = given.post("/orders", &headers, tea().to_string()).await;
    let outbox = given.outbox();
    assert_eq!(outbox[0].header("correlation-id"), Some("call-7"));
    let sent = outbox[0].header("traceparent").unwrap();
    assert!(
        sent.starts_with(&format!("00-{TRACE}-")) && sent != traceparent,
        "{sent}"
    );
    assert_eq!(answer.headers["traceparent"], sent);
    assert_eq!(answer.headers["correlation-id"], "call-7");
    let id = answer.body["order_id"].as_str().unwrap();
    assert_eq!(
        given.get(&format!("/orders/{id}")).await.body["correlation_id"],
        "call-7"
    );
}

#[tokio::test]
async fn a_caller_without_ids_is_given_some() {
    let given = Given::a_shop().await;
    let answer = given.place("k", &tea()).await;
    let outbox = given.outbox();
    assert_eq!(answer.headers["traceparent"], outbox[0].header("traceparent").unwrap());
    assert_eq!(
        answer.headers["correlation-id"],
        outbox[0].header("correlation-id").unwrap()
    );
    assert_eq!(
        outbox[0].id().unwrap(),
        format!("{}/placed", answer.body["order_id"].as_str().unwrap())
    );
    assert!(
        given
            .post("/orders", &[], String::new())
            .await
            .headers
            .contains_key("traceparent"),
        "refusals too"
    );
}
