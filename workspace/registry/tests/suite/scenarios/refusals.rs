//! Requests that make no sense.

use serde_json::json;

use super::schemas::{ID, record};
use crate::suite::{Scenario, anything, get, post, put, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    let protobuf = json!({"schema": "message {", "schemaType": "PROTOBUF"});
    let unheard_of = json!({"schema": "{}", "schemaType": "POETRY"});
    vec![
        Scenario::new(
            "what is no schema is refused",
            vec![
                post("/subjects/refusals.schema/versions", schema("{}")).gives(refused(42201)),
                post("/subjects/refusals.schema/versions", schema(r#"{"type":"strin"}"#)).gives(refused(42201)),
                post("/subjects/refusals.schema/versions", schema("{")).gives(refused(42201)),
                post(
                    "/subjects/refusals.schema/versions",
                    schema(r#"{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]}"#),
                )
                .gives(refused(42201)),
                post("/subjects/refusals.schema/versions", protobuf).gives(refused(42201)),
                post("/subjects/refusals.schema/versions", unheard_of).gives(refused(42201)),
                get("/subjects/refusals.schema/versions").gives(refused(40401)),
            ],
        ),
        Scenario::new(
            "what is no request is refused",
            vec![
                post("/subjects/refusals.request/versions", json!([1])).gives(anything(400)),
                put("/mode/refusals.request", json!({"mode": "WRITEONLY"})).gives(refused(42204)),
                get("/nothing").gives(anything(404)),
                post("/subjects/__GLOBAL/versions", schema(record("Reserved", &[ID]))).gives(refused(42208)),
            ],
        ),
    ]
}
