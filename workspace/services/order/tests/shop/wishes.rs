//! What customers ask for after they ordered.

use palinode_order::{OrderCancellationRequested, PaymentRetryRequested};
use reqwest::StatusCode;

use crate::{given::Given, statuses::milestone};

#[tokio::test]
async fn a_wish_to_cancel_is_passed_on_with_its_reason() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    let path = format!("/orders/{id}/cancel");
    let answer = given.post(&path, &[], "{\"reason\":\"found it cheaper\"}".into()).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (StatusCode::ACCEPTED, &"placed".into())
    );
    assert_eq!(
        given.post(&path, &[], String::new()).await.status,
        StatusCode::ACCEPTED,
        "a reason is not needed"
    );

    let outbox = given.outbox();
    let wish: OrderCancellationRequested = given.read(&outbox[1]);
    assert_eq!((wish.order_id, wish.reason.as_str()), (id.clone(), "found it cheaper"));
    assert_eq!(
        (&*outbox[1].topic, outbox[1].key.as_deref()),
        ("orders.requests", Some(id.as_bytes()))
    );
    assert_eq!(given.read::<OrderCancellationRequested>(&outbox[2]).reason, "");
    assert_ne!(outbox[1].id(), outbox[2].id(), "each wish is a wish of its own");
}

#[tokio::test]
async fn a_wish_to_pay_again_is_passed_on_under_the_orders_correlation_id() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    let headers = [("correlation-id", "another-call")];
    let answer = given
        .post(&format!("/orders/{id}/payment"), &headers, String::new())
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let outbox = given.outbox();
    assert_eq!(given.read::<PaymentRetryRequested>(&outbox[1]).order_id, id);
    assert_eq!(outbox[1].header("correlation-id"), outbox[0].header("correlation-id"));
}

#[tokio::test]
async fn an_order_that_nobody_placed_can_be_asked_nothing() {
    let given = Given::a_shop().await;
    for path in ["/orders/o-none/cancel", "/orders/o-none/payment"] {
        assert_eq!(
            given.post(path, &[], String::new()).await.problem(),
            (404, "order-unknown")
        );
    }
    assert_eq!(given.get("/orders/o-none").await.problem(), (404, "order-unknown"));
    assert_eq!(given.get("/nothing-here").await.problem(), (404, "page-unknown"));
    assert!(given.outbox().is_empty());
}

#[tokio::test]
async fn an_order_that_has_ended_can_be_asked_nothing() {
    for end in ["completed", "compensated"] {
        let given = Given::a_shop().await;
        let id = given.a_placed_order().await;
        given.hears(&[milestone(&id, 1, end)]);
        for path in ["cancel", "payment"] {
            let refused = given.post(&format!("/orders/{id}/{path}"), &[], String::new()).await;
            assert_eq!(refused.problem(), (409, "order-ended"));
            assert!(refused.body["detail"].as_str().unwrap().contains(end));
        }
        assert_eq!(given.outbox().len(), 1);
    }
}

#[tokio::test]
async fn a_reason_has_a_limit() {
    let given = Given::a_shop().await;
    let id = given.a_placed_order().await;
    let body = format!("{{\"reason\":\"{}\"}}", "ä".repeat(501));
    let refused = given.post(&format!("/orders/{id}/cancel"), &[], body).await;
    assert_eq!(refused.problem(), (400, "body-invalid"));
    assert_eq!(given.outbox().len(), 1);
}
