//! Schemas that use types of others.

use serde_json::{Value, json};

use super::schemas::record;
use crate::suite::{Scenario, delete, get, json, post, refused, schema};

const MINOR: &str = r#"{"name":"minor","type":"long"}"#;

fn money(scenario: &str) -> String {
    record(&format!("Money{scenario}"), &[MINOR])
}

/// A payment that uses the money of its scenario.
fn payment(scenario: &str) -> String {
    let amount = format!(r#"{{"name":"amount","type":"shop.Money{scenario}"}}"#);
    let fee = format!(r#"{{"name":"fee","type":["null","shop.Money{scenario}"],"default":null}}"#);
    record(&format!("Payment{scenario}"), &[&amount, &fee])
}

fn references(scenario: &str, subject: &str, version: i32) -> Value {
    json!([{"name": format!("shop.Money{scenario}"), "subject": subject, "version": version}])
}

fn referring(scenario: &str, subject: &str) -> Value {
    json!({"schema": payment(scenario), "schemaType": "AVRO", "references": references(scenario, subject, 1)})
}

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "a schema may use types of others",
            vec![
                post("/subjects/refer.payment/versions", referring("A", "refer.money")).gives(refused(42201)),
                post("/subjects/refer.money/versions", schema(money("A"))).keep("money", "/id"),
                post("/subjects/refer.payment/versions", referring("A", "refer.money")).keep("payment", "/id"),
                get("/schemas/ids/{payment}").gives(json(
                    json!({"schema": payment("A"), "references": references("A", "refer.money", 1)}),
                )),
                get("/subjects/refer.payment/versions/1")
                    .gives(json(json!({"references": references("A", "refer.money", 1)}))),
                post("/subjects/refer.payment", referring("A", "refer.money")).gives(json(json!({"id": "{payment}"}))),
                get("/subjects/refer.money/versions/1/referencedby").gives(json(json!(["{payment}"]))),
                get("/subjects/refer.payment/versions/1/referencedby").gives(json(json!([]))),
                get("/subjects/refer.money/versions/2/referencedby").gives(refused(40402)),
                get("/subjects/refer.nowhere/versions/1/referencedby").gives(refused(40401)),
            ],
        ),
        Scenario::new(
            "a type that moved into the schema is the same type",
            vec![
                post("/subjects/refer.moved.money/versions", schema(money("B"))),
                post("/subjects/refer.moved/versions", referring("B", "refer.moved.money")).keep("id", "/id"),
                post(
                    "/compatibility/subjects/refer.moved/versions/latest",
                    schema(payment("B").replacen(r#""shop.MoneyB""#, &money("B"), 1)),
                )
                .gives(json(json!({"is_compatible": true}))),
                post(
                    "/subjects/refer.moved",
                    schema(payment("B").replacen(r#""shop.MoneyB""#, &money("B"), 1)),
                )
                .gives(json(json!({"id": "{id}"}))),
            ],
        ),
        Scenario::new(
            "what is referred to is not deleted",
            vec![
                post("/subjects/refer.kept.money/versions", schema(money("C"))),
                post("/subjects/refer.kept/versions", referring("C", "refer.kept.money")),
                delete("/subjects/refer.kept.money").gives(refused(42206)),
                delete("/subjects/refer.kept.money/versions/1").gives(refused(42206)),
                delete("/subjects/refer.kept").gives(json(json!([1]))),
                get("/subjects/refer.kept.money/versions/1/referencedby").gives(json(json!([]))),
                delete("/subjects/refer.kept.money").gives(json(json!([1]))),
                delete("/subjects/refer.kept.money?permanent=true").gives(refused(42206)),
                delete("/subjects/refer.kept?permanent=true").gives(json(json!([1]))),
                delete("/subjects/refer.kept.money?permanent=true").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "a reference to the latest version is one to that version",
            vec![
                post("/subjects/refer.latest.money/versions", schema(money("D"))),
                post(
                    "/subjects/refer.latest/versions",
                    json!({"schema": payment("D"), "references": references("D", "refer.latest.money", -1)}),
                )
                .keep("id", "/id"),
                get("/subjects/refer.latest.money/versions/1/referencedby").gives(json(json!(["{id}"]))),
            ],
        ),
    ]
}
