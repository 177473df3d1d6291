//! Looking a schema up in a subject, and what is not there.

use serde_json::json;

use super::schemas::{ID, NOTE, record};
use crate::suite::{Scenario, delete, get, json, post, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    let one = record("LookedUp", &[ID]);
    vec![
        Scenario::new(
            "a schema is looked up in its subject",
            vec![
                post("/subjects/look.up/versions", schema(&one)).keep("id", "/id"),
                post("/subjects/look.up", schema(&one)).gives(json(
                    json!({"subject": "look.up", "id": "{id}", "version": 1, "schema": one}),
                )),
                post("/subjects/look.up", schema(one.replace(',', ", "))).gives(json(json!({"version": 1}))),
                post("/subjects/look.up", schema(record("LookedUp", &[ID, NOTE]))).gives(refused(40403)),
                post("/subjects/look.nowhere", schema(&one)).gives(refused(40401)),
                post("/subjects/look.up", schema("{}")).gives(refused(42201)),
            ],
        ),
        Scenario::new(
            "a deleted schema is looked up only when it is asked for",
            vec![
                post("/subjects/look.deleted/versions", schema(record("Gone", &[ID]))),
                post("/subjects/look.deleted/versions", schema(record("Gone", &[]))),
                delete("/subjects/look.deleted/versions/1"),
                post("/subjects/look.deleted", schema(record("Gone", &[ID]))).gives(refused(40403)),
                post("/subjects/look.deleted?deleted=true", schema(record("Gone", &[ID])))
                    .gives(json(json!({"version": 1}))),
            ],
        ),
        Scenario::new(
            "what is not there has its code",
            vec![
                post("/subjects/look.there/versions", schema(&one)),
                get("/subjects/look.nowhere/versions").gives(refused(40401)),
                get("/subjects/look.nowhere/versions/1").gives(refused(40401)),
                get("/subjects/look.nowhere/versions/latest").gives(refused(40401)),
                get("/subjects/look.there/versions/2").gives(refused(40402)),
                get("/subjects/look.there/versions/newest").gives(refused(42202)),
                get("/subjects/look.there/versions/0").gives(refused(42202)),
                get("/subjects/look.there/versions/-2").gives(refused(42202)),
                get("/subjects/look.there/versions/2/schema").gives(refused(40402)),
                delete("/subjects/look.nowhere").gives(refused(40401)),
                delete("/subjects/look.nowhere/versions/1").gives(refused(40401)),
                delete("/subjects/look.there/versions/2").gives(refused(40402)),
                delete("/subjects/look.there/versions/newest").gives(refused(42202)),
            ],
        ),
    ]
}
