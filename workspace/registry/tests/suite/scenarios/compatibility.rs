//! Checks without a registration.

use serde_json::json;

use super::schemas::{AMOUNT, AMOUNT_OR_0, ID, record};
use crate::suite::{Scenario, get, json, post, put, refused, schema, text};

pub(super) fn scenarios() -> Vec<Scenario> {
    let (with_amount, with_default) = (
        schema(record("Checked", &[ID, AMOUNT])),
        schema(record("Checked", &[ID, AMOUNT_OR_0])),
    );
    let (check, check_latest) = (
        "/compatibility/subjects/check/versions",
        "/compatibility/subjects/check/versions/latest",
    );
    vec![
        Scenario::new(
            "a check registers nothing and says why",
            vec![
                put("/config/check", json!({"compatibility": "BACKWARD"})),
                post("/subjects/check/versions", schema(record("Checked", &[ID]))),
                post(check_latest, with_default.clone()).gives(json(json!({"is_compatible": true}))),
                post(check_latest, with_amount.clone()).gives(json(json!({"is_compatible": false}))),
                post("/compatibility/subjects/check/versions/1", with_amount.clone())
                    .gives(json(json!({"is_compatible": false}))),
                post(check, with_amount.clone()).gives(json(json!({"is_compatible": false}))),
                post(format!("{check_latest}?verbose=True"), with_amount)
                    .gives(text(200, "READER_FIELD_MISSING_DEFAULT_VALUE")),
                post(format!("{check}?verbose=true"), with_default)
                    .gives(json(json!({"is_compatible": true, "messages": []}))),
                get("/subjects/check/versions").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "checks against what is not there",
            vec![
                post("/subjects/check.there/versions", schema(record("There", &[ID]))),
                post(
                    "/compatibility/subjects/check.nowhere/versions",
                    schema(record("There", &[ID])),
                )
                .gives(json(json!({"is_compatible": true}))),
                post(
                    "/compatibility/subjects/check.nowhere/versions/latest",
                    schema(record("There", &[ID])),
                )
                .gives(json(json!({"is_compatible": true}))),
                post(
                    "/compatibility/subjects/check.nowhere/versions/1",
                    schema(record("There", &[ID])),
                )
                .gives(refused(40402)),
                post(
                    "/compatibility/subjects/check.there/versions/2",
                    schema(record("There", &[ID])),
                )
                .gives(refused(40402)),
                post(
                    "/compatibility/subjects/check.there/versions/newest",
                    schema(record("There", &[ID])),
                )
                .gives(refused(42202)),
                post("/compatibility/subjects/check.there/versions/latest", schema("{}")).gives(refused(42201)),
                post(
                    "/compatibility/subjects/check.there/versions/latest?verbose=true",
                    schema("{}"),
                )
                .gives(json(json!({"is_compatible": false}))),
            ],
        ),
    ]
}
