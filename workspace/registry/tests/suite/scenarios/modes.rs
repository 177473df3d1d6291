//! What may be done with a subject.

use serde_json::json;

use super::schemas::{AMOUNT_OR_0, ID, ID_AS_LONG, record};
use crate::suite::{Scenario, delete, get, json, post, put, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    let import = |fields: &[&str], id: u32, version: u32| json!({"schema": record("Imported", fields), "id": id, "version": version});
    vec![
        Scenario::new(
            "what is read only is not changed",
            vec![
                post("/subjects/mode.read/versions", schema(record("ReadOnly", &[ID]))).keep("id", "/id"),
                put("/mode/mode.read", json!({"mode": "READONLY"})).gives(json(json!({"mode": "READONLY"}))),
                get("/mode/mode.read").gives(json(json!({"mode": "READONLY"}))),
                post("/subjects/mode.read/versions", schema(record("ReadOnly", &[]))).gives(refused(42205)),
                post("/subjects/mode.read/versions", schema(record("ReadOnly", &[ID])))
                    .gives(json(json!({"id": "{id}"}))),
                delete("/subjects/mode.read").gives(refused(42205)),
                delete("/subjects/mode.read/versions/1").gives(refused(42205)),
                put("/config/mode.read", json!({"compatibility": "NONE"})).gives(refused(42205)),
                get("/subjects/mode.read/versions").gives(json(json!([1]))),
                delete("/mode/mode.read").gives(json(json!({"mode": "READONLY"}))),
                get("/mode/mode.read").gives(refused(40409)),
                post("/subjects/mode.read/versions", schema(record("ReadOnly", &[]))),
            ],
        ),
        Scenario::new(
            "the whole registry may be read only",
            vec![
                put("/mode", json!({"mode": "READONLY"})).gives(json(json!({"mode": "READONLY"}))),
                post("/subjects/mode.global/versions", schema(record("Locked", &[ID]))).gives(refused(42205)),
                put("/mode/mode.global", json!({"mode": "READWRITE"})),
                post("/subjects/mode.global/versions", schema(record("Locked", &[ID]))),
                delete("/mode").gives(json(json!({"mode": "READONLY"}))),
                get("/mode").gives(json(json!({"mode": "READWRITE"}))),
            ],
        ),
        Scenario::new(
            "an import brings its ids and versions",
            vec![
                post("/subjects/mode.import/versions", import(&[ID], 700_001, 3)).gives(refused(42205)),
                put("/mode/mode.import", json!({"mode": "IMPORT"})).gives(json(json!({"mode": "IMPORT"}))),
                post("/subjects/mode.import/versions", import(&[ID], 700_001, 3)).gives(json(json!({"id": 700_001}))),
                get("/schemas/ids/700001").gives(json(schema(record("Imported", &[ID])))),
                get("/subjects/mode.import/versions").gives(json(json!([3]))),
                post("/subjects/mode.import/versions", import(&[ID_AS_LONG], 700_002, 5))
                    .gives(json(json!({"id": 700_002}))),
                get("/subjects/mode.import/versions").gives(json(json!([3, 5]))),
                post("/subjects/mode.import/versions", import(&[ID, AMOUNT_OR_0], 700_001, 6)).gives(refused(42205)),
                post("/subjects/mode.import/versions", schema(record("Imported", &[]))).gives(refused(42205)),
                put("/mode/mode.import", json!({"mode": "READWRITE"})),
                post("/subjects/mode.import/versions", schema(record("Imported", &[]))),
                get("/subjects/mode.import/versions").gives(json(json!([3, 5, 6]))),
            ],
        ),
        Scenario::new(
            "an import begins with nothing unless it is forced",
            vec![
                post("/subjects/mode.forced/versions", schema(record("Forced", &[ID]))),
                put("/mode/mode.forced", json!({"mode": "IMPORT"})).gives(refused(42205)),
                put("/mode/mode.forced?force=true", json!({"mode": "IMPORT"})),
                get("/mode/mode.forced").gives(json(json!({"mode": "IMPORT"}))),
                delete("/mode/mode.forced"),
                delete("/subjects/mode.forced"),
                put("/mode/mode.forced", json!({"mode": "IMPORT"})),
                get("/subjects/mode.forced/versions?deleted=true").gives(refused(40401)),
                delete("/mode/mode.forced"),
            ],
        ),
    ]
}
