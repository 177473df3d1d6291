//! Where a schema is registered.

use serde_json::json;

use super::schemas::{AMOUNT_OR_0, ID, record};
use crate::suite::{Scenario, anything, delete, get, json, post, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    let shared = schema(record("Placed", &[ID, AMOUNT_OR_0]));
    vec![
        Scenario::new(
            "the places of an id",
            vec![
                post("/subjects/ids.a/versions", shared.clone()).keep("id", "/id"),
                post("/subjects/ids.b/versions", schema(record("Placed", &[ID]))),
                post("/subjects/ids.b/versions", shared.clone()),
                get("/schemas/ids/{id}/subjects").gives(json(json!(["ids.a", "ids.b"]))),
                get("/schemas/ids/{id}/versions").gives(json(
                    json!([{"subject": "ids.a", "version": 1}, {"subject": "ids.b", "version": 2}]),
                )),
                delete("/subjects/ids.a"),
                get("/schemas/ids/{id}/subjects").gives(json(json!(["ids.b"]))),
                get("/schemas/ids/{id}/versions").gives(json(json!([{"subject": "ids.b", "version": 2}]))),
                get("/schemas/ids/{id}/subjects?deleted=true").gives(json(json!(["ids.a", "ids.b"]))),
            ],
        ),
        Scenario::new(
            "an id that was never given",
            vec![
                get("/schemas/ids/2000000000").gives(refused(40403)),
                get("/schemas/ids/2000000000/schema").gives(refused(40403)),
                get("/schemas/ids/2000000000/subjects").gives(refused(40403)),
                get("/schemas/ids/2000000000/versions").gives(refused(40403)),
                get("/schemas/ids/one").gives(anything(404)),
            ],
        ),
    ]
}
