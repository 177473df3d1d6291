//! Registering.

use serde_json::json;

use super::schemas::{AMOUNT, AMOUNT_OR_0, ID, record};
use crate::suite::{Scenario, get, json, lists, post, put, refused, schema, text};

pub(super) fn scenarios() -> Vec<Scenario> {
    let (one, two) = (record("Registered", &[ID]), record("Registered", &[ID, AMOUNT_OR_0]));
    vec![
        Scenario::new(
            "a registered schema is found by id and by subject",
            vec![
                post("/subjects/register.found/versions", schema(&one)).keep("id", "/id"),
                get("/schemas/ids/{id}").gives(json(json!({"schema": one}))),
                get("/schemas/ids/{id}/schema").gives(json(serde_json::from_str(&one).unwrap())),
                get("/subjects/register.found/versions").gives(json(json!([1]))),
                get("/subjects/register.found/versions/1").gives(json(
                    json!({"subject": "register.found", "id": "{id}", "version": 1, "schema": one}),
                )),
                get("/subjects/register.found/versions/latest").gives(json(json!({"id": "{id}", "version": 1}))),
                get("/subjects/register.found/versions/-1").gives(json(json!({"id": "{id}", "version": 1}))),
                get("/subjects/register.found/versions/1/schema").gives(json(serde_json::from_str(&one).unwrap())),
                get("/subjects").gives(lists("register.found")),
            ],
        ),
        Scenario::new(
            "the same schema changes nothing",
            vec![
                post("/subjects/register.same/versions", schema(&two)).keep("id", "/id"),
                post("/subjects/register.same/versions", schema(&two)).gives(json(json!({"id": "{id}"}))),
                post("/subjects/register.same/versions", schema(two.replace(',', " ,\n")))
                    .gives(json(json!({"id": "{id}"}))),
                get("/subjects/register.same/versions").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "a schema has one id in every subject",
            vec![
                post("/subjects/register.a/versions", schema(record("Shared", &[ID]))).keep("id", "/id"),
                post("/subjects/register.b/versions", schema(record("Shared", &[]))).keep("other", "/id"),
                put("/config/register.b", json!({"compatibility": "NONE"})),
                post("/subjects/register.b/versions", schema(record("Shared", &[ID])))
                    .gives(json(json!({"id": "{id}"}))),
                get("/subjects/register.b/versions").gives(json(json!([1, 2]))),
                get("/subjects/register.b/versions/2").gives(json(json!({"id": "{id}"}))),
                get("/subjects/register.b/versions/1").gives(json(json!({"id": "{other}"}))),
            ],
        ),
        Scenario::new(
            "an incompatible version is refused and says why",
            vec![
                put("/config/register.refused", json!({"compatibility": "BACKWARD"})),
                post("/subjects/register.refused/versions", schema(record("Refused", &[ID]))),
                post(
                    "/subjects/register.refused/versions",
                    schema(record("Refused", &[ID, AMOUNT])),
                )
                .gives(refused(40901)),
                post(
                    "/subjects/register.refused/versions",
                    schema(record("Refused", &[ID, AMOUNT])),
                )
                .gives(text(409, "amount")),
                get("/subjects/register.refused/versions").gives(json(json!([1]))),
                post(
                    "/subjects/register.refused/versions",
                    schema(record("Refused", &[ID, AMOUNT_OR_0])),
                ),
                get("/subjects/register.refused/versions").gives(json(json!([1, 2]))),
            ],
        ),
        Scenario::new(
            "a subject may hold any sign",
            vec![
                post("/subjects/register.a%2Fb%20c/versions", schema(record("Signs", &[ID]))),
                get("/subjects").gives(lists("register.a/b c")),
                get("/subjects/register.a%2Fb%20c/versions").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "subjects are listed by prefix and in parts",
            vec![
                post("/subjects/register.part.a/versions", schema(record("Part", &[ID]))),
                post("/subjects/register.part.b/versions", schema(record("Part", &[ID]))),
                get("/subjects?subjectPrefix=register.part.")
                    .gives(json(json!(["register.part.a", "register.part.b"]))),
                get("/subjects?subjectPrefix=register.part.&offset=1").gives(json(json!(["register.part.b"]))),
                get("/subjects?subjectPrefix=register.part.&limit=1").gives(json(json!(["register.part.a"]))),
                get("/subjects?subjectPrefix=register.nothing").gives(json(json!([]))),
            ],
        ),
        Scenario::new(
            "a version that is asked for is the next one",
            vec![
                post(
                    "/subjects/register.version/versions",
                    json!({"schema": record("Version", &[ID]), "version": 1}),
                ),
                post(
                    "/subjects/register.version/versions",
                    json!({"schema": record("Version", &[]), "version": 3}),
                )
                .gives(refused(42201)),
                post(
                    "/subjects/register.version/versions",
                    json!({"schema": record("Version", &[]), "version": 2}),
                ),
                get("/subjects/register.version/versions").gives(json(json!([1, 2]))),
            ],
        ),
    ]
}
