//! The registry as clients see it.

mod common;

use common::{Client, schema};
use serde_json::json;

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"}]}"#;
const ORDER_WITH_NOTE: &str = r#"{"type":"record","name":"Order","namespace":"shop","fields":[
    {"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}"#;
const ORDER_WITH_AMOUNT: &str = r#"{"type":"record","name":"Order","namespace":"shop","fields":[
    {"name":"id","type":"string"},{"name":"amount","type":"long"}]}"#;

#[tokio::test]
async fn a_registered_schema_is_found_by_id_and_by_subject() {
    let client = Client::start().await;

    let registered = client.post("/subjects/shop.Order/versions", &schema(ORDER)).await;

    assert_eq!(registered, (200, json!({"id": 1})));
    assert_eq!(
        client.get("/schemas/ids/1?fetchMaxId=false&subject=").await,
        (200, json!({"schema": ORDER}))
    );
    let version = json!({"subject": "shop.Order", "id": 1, "version": 1, "schema": ORDER});
    assert_eq!(
        client.get("/subjects/shop.Order/versions/1").await,
        (200, version.clone())
    );
    assert_eq!(
        client.get("/subjects/shop.Order/versions/latest").await,
        (200, version.clone())
    );
    assert_eq!(
        client
            .post("/subjects/shop.Order?normalize=false", &schema(ORDER))
            .await,
        (200, version)
    );
    assert_eq!(client.get("/subjects").await, (200, json!(["shop.Order"])));
    assert_eq!(client.get("/subjects/shop.Order/versions").await, (200, json!([1])));
    assert_eq!(
        client.get("/subjects/shop.Order/versions/1/schema").await.1,
        serde_json::from_str::<serde_json::Value>(ORDER).unwrap()
    );
}

#[tokio::test]
async fn the_same_schema_has_one_id_everywhere() {
    let client = Client::start().await;
    client.post("/subjects/a/versions", &schema(ORDER)).await;
    let spaced = ORDER.replace(':', " : ");

    assert_eq!(
        client.post("/subjects/a/versions", &schema(&spaced)).await.1,
        json!({"id": 1})
    );
    assert_eq!(
        client.post("/subjects/b/versions", &schema(&spaced)).await.1,
        json!({"id": 1})
    );
    assert_eq!(
        client.post("/subjects/b/versions", &schema(ORDER_WITH_NOTE)).await.1,
        json!({"id": 2})
    );

    assert_eq!(client.get("/subjects/a/versions").await.1, json!([1]));
    assert_eq!(client.get("/schemas/ids/1/subjects").await.1, json!(["a", "b"]));
    assert_eq!(
        client.get("/schemas/ids/2/versions").await.1,
        json!([{"subject": "b", "version": 2}])
    );
}

#[tokio::test]
async fn an_incompatible_version_is_refused_until_the_level_allows_it() {
    let client = Client::start().await;
    client.post("/subjects/a/versions", &schema(ORDER)).await;

    let (status, body) = client.post("/subjects/a/versions", &schema(ORDER_WITH_AMOUNT)).await;
    assert_eq!((status, &body["error_code"]), (409, &json!(409)));
    assert!(body["message"].as_str().unwrap().contains("amount"), "{body}");
    assert_eq!(client.get("/subjects/a/versions").await.1, json!([1]));

    assert_eq!(
        client.put("/config/a", &json!({"compatibility": "none"})).await,
        (200, json!({"compatibility": "NONE"}))
    );
    assert_eq!(
        client.post("/subjects/a/versions", &schema(ORDER_WITH_AMOUNT)).await,
        (200, json!({"id": 2}))
    );
}

#[tokio::test]
async fn a_transitive_level_looks_at_every_version() {
    let optional = r#"{"type":"record","name":"Order","namespace":"shop","fields":[
        {"name":"id","type":"string"},{"name":"amount","type":"long","default":0}]}"#;
    let client = Client::start().await;
    for text in [ORDER, optional] {
        assert_eq!(client.post("/subjects/a/versions", &schema(text)).await.0, 200);
    }

    let check = "/compatibility/subjects/a/versions";
    assert_eq!(
        client.post(check, &schema(ORDER_WITH_AMOUNT)).await.1,
        json!({"is_compatible": true})
    );
    client
        .put("/config", &json!({"compatibility": "BACKWARD_TRANSITIVE"}))
        .await;
    assert_eq!(
        client.post(check, &schema(ORDER_WITH_AMOUNT)).await.1,
        json!({"is_compatible": false})
    );
    assert_eq!(
        client.post("/subjects/a/versions", &schema(ORDER_WITH_AMOUNT)).await.0,
        409
    );
}

#[tokio::test]
async fn a_check_registers_nothing_and_says_why() {
    let client = Client::start().await;
    client.post("/subjects/a/versions", &schema(ORDER)).await;
    let check = "/compatibility/subjects/a/versions/latest";

    assert_eq!(
        client.post(check, &schema(ORDER_WITH_NOTE)).await,
        (200, json!({"is_compatible": true}))
    );
    let (_, body) = client
        .post(&format!("{check}?verbose=True"), &schema(ORDER_WITH_AMOUNT))
        .await;

    assert_eq!(body["is_compatible"], json!(false));
    assert!(body["messages"][0].as_str().unwrap().contains("amount"), "{body}");
    assert_eq!(client.get("/subjects/a/versions").await.1, json!([1]));
    assert_eq!(
        client
            .post("/compatibility/subjects/x/versions/1", &schema(ORDER))
            .await
            .1["error_code"],
        40401
    );
    assert_eq!(
        client
            .post("/compatibility/subjects/x/versions", &schema(ORDER))
            .await
            .1,
        json!({"is_compatible": true})
    );
}

#[tokio::test]
async fn a_schema_may_use_types_of_others() {
    let money = r#"{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"minor","type":"long"}]}"#;
    let payment = r#"{"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"amount","type":"shop.Money"},{"name":"fee","type":["null","shop.Money"],"default":null}]}"#;
    let references = json!([{"name": "shop.Money", "subject": "money", "version": 1}]);
    let body = json!({"schema": payment, "schemaType": "AVRO", "references": references});
    let client = Client::start().await;

    assert_eq!(
        client.post("/subjects/payment/versions", &body).await.1["error_code"],
        42201
    );
    client.post("/subjects/money/versions", &schema(money)).await;
    assert_eq!(
        client.post("/subjects/payment/versions", &body).await,
        (200, json!({"id": 2}))
    );

    assert_eq!(
        client.get("/schemas/ids/2").await.1,
        json!({"schema": payment, "references": references})
    );
    let inline = payment.replacen(r#""shop.Money""#, money, 1);
    let (_, check) = client
        .post("/compatibility/subjects/payment/versions/latest", &schema(&inline))
        .await;
    assert_eq!(
        check,
        json!({"is_compatible": true}),
        "a type that moved is the same type"
    );
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let client = Client::start().await;
    client.post("/subjects/a/versions", &schema(ORDER)).await;
    let protobuf = json!({"schema": "syntax = \"proto3\";", "schemaType": "PROTOBUF"});

    let refusals = [
        (client.get("/subjects/x/versions").await, 404, 40401),
        (client.get("/subjects/x/versions/1").await, 404, 40401),
        (client.get("/subjects/a/versions/2").await, 404, 40402),
        (client.get("/subjects/a/versions/newest").await, 422, 42202),
        (client.get("/subjects/a/versions/0").await, 422, 42202),
        (client.get("/schemas/ids/0").await, 404, 40403),
        (client.get("/schemas/ids/2").await, 404, 40403),
        (client.get("/schemas/ids/one").await, 400, 400),
        (client.get("/config/a").await, 404, 40408),
        (client.get("/nothing").await, 404, 404),
        (client.post("/subjects/x", &schema(ORDER)).await, 404, 40401),
        (client.post("/subjects/a", &schema(ORDER_WITH_NOTE)).await, 404, 40403),
        (client.post("/subjects/a/versions", &schema("{}")).await, 422, 42201),
        (
            client
                .post("/subjects/a/versions", &schema(r#"{"type":"strin"}"#))
                .await,
            422,
            42201,
        ),
        (client.post("/subjects/a/versions", &schema("")).await, 422, 42201),
        (client.post("/subjects/a/versions", &protobuf).await, 422, 42201),
        (client.post("/subjects/a/versions", &json!([1])).await, 400, 400),
        (
            client.put("/config", &json!({"compatibility": "MOSTLY"})).await,
            422,
            42203,
        ),
        (
            client
                .post(&format!("/subjects/{}/versions", "s".repeat(1_001)), &schema(ORDER))
                .await,
            422,
            422,
        ),
    ];

    for (index, ((status, body), expected_status, expected_code)) in refusals.into_iter().enumerate() {
        assert_eq!(status, expected_status, "{index}: {body}");
        assert_eq!(body["error_code"], expected_code, "{index}: {body}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{index}");
    }
}

#[tokio::test]
async fn small_things_that_clients_ask() {
    let client = Client::start().await;

    assert_eq!(client.get("/").await, (200, json!({})));
    assert_eq!(client.get("/schemas/types").await.1, json!(["AVRO"]));
    assert_eq!(client.get("/mode").await.1, json!({"mode": "READWRITE"}));
    assert_eq!(client.get("/config").await.1, json!({"compatibilityLevel": "BACKWARD"}));
    assert_eq!(
        client.get("/config/a?defaultToGlobal=true").await.1,
        json!({"compatibilityLevel": "BACKWARD"})
    );
    assert_eq!(
        client.content_type("/subjects").await,
        "application/vnd.schemaregistry.v1+json"
    );
}

#[tokio::test]
async fn a_subject_may_hold_any_sign() {
    let client = Client::start().await;

    client.post("/subjects/a%2Fb%20c/versions", &schema(ORDER)).await;

    assert_eq!(client.get("/subjects").await.1, json!(["a/b c"]));
    assert_eq!(client.get("/subjects/a%2Fb%20c/versions").await.1, json!([1]));
}
