//! Deleting, first so that it can be had back, then for good.

use serde_json::json;

use super::schemas::{AMOUNT_OR_0, ID, record};
use crate::suite::{Scenario, delete, get, json, lacks, lists, post, put, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    let versions = |name: &str| (schema(record(name, &[ID])), schema(record(name, &[ID, AMOUNT_OR_0])));
    let (one, two) = versions("Deleted");
    let (part_one, part_two) = versions("Part");
    let (back_one, back_two) = versions("Back");
    vec![
        Scenario::new(
            "a subject is deleted first, and then for good",
            vec![
                post("/subjects/delete.whole/versions", one.clone()).keep("id", "/id"),
                post("/subjects/delete.whole/versions", two).keep("second", "/id"),
                delete("/subjects/delete.whole?permanent=true").gives(refused(40405)),
                delete("/subjects/delete.whole").gives(json(json!([1, 2]))),
                delete("/subjects/delete.whole").gives(refused(40404)),
                get("/subjects").gives(lacks("delete.whole")),
                get("/subjects?deleted=true").gives(lists("delete.whole")),
                get("/subjects?deletedOnly=true").gives(lists("delete.whole")),
                get("/subjects/delete.whole/versions").gives(refused(40401)),
                get("/subjects/delete.whole/versions?deleted=true").gives(json(json!([1, 2]))),
                get("/subjects/delete.whole/versions/1").gives(refused(40401)),
                get("/subjects/delete.whole/versions/1?deleted=true").gives(json(json!({"id": "{id}"}))),
                get("/schemas/ids/{id}").gives(json(one)),
                delete("/subjects/delete.whole?permanent=true").gives(json(json!([1, 2]))),
                delete("/subjects/delete.whole?permanent=true").gives(refused(40401)),
                get("/subjects/delete.whole/versions?deleted=true").gives(refused(40401)),
                get("/schemas/ids/{second}").gives(refused(40403)),
            ],
        ),
        Scenario::new(
            "a version is deleted first, and then for good",
            vec![
                post("/subjects/delete.part/versions", part_one),
                post("/subjects/delete.part/versions", part_two),
                delete("/subjects/delete.part/versions/1?permanent=true").gives(refused(40407)),
                delete("/subjects/delete.part/versions/1").gives(json(json!(1))),
                delete("/subjects/delete.part/versions/1").gives(refused(40406)),
                get("/subjects/delete.part/versions").gives(json(json!([2]))),
                get("/subjects/delete.part/versions?deleted=true").gives(json(json!([1, 2]))),
                get("/subjects/delete.part/versions?deletedOnly=true").gives(json(json!([1]))),
                get("/subjects/delete.part/versions?deletedAsNegative=true").gives(json(json!([-1, 2]))),
                get("/subjects/delete.part/versions/1").gives(refused(40402)),
                get("/subjects/delete.part/versions/1?deleted=true").gives(json(json!({"version": 1}))),
                delete("/subjects/delete.part/versions/1?permanent=true").gives(json(json!(1))),
                get("/subjects/delete.part/versions?deleted=true").gives(json(json!([2]))),
                delete("/subjects/delete.part/versions/latest").gives(json(json!(2))),
                get("/subjects/delete.part/versions").gives(refused(40401)),
            ],
        ),
        Scenario::new(
            "what was deleted may be registered again",
            vec![
                post("/subjects/delete.back/versions", back_one.clone()).keep("id", "/id"),
                delete("/subjects/delete.back").gives(json(json!([1]))),
                post("/subjects/delete.back/versions", back_one.clone()).gives(json(json!({"id": "{id}"}))),
                get("/subjects/delete.back/versions").gives(json(json!([2]))),
                get("/subjects/delete.back/versions?deleted=true").gives(json(json!([2]))),
                post("/subjects/delete.back/versions", back_two),
                get("/subjects/delete.back/versions").gives(json(json!([2, 3]))),
                delete("/subjects/delete.back").gives(json(json!([2, 3]))),
                delete("/subjects/delete.back?permanent=true").gives(json(json!([2, 3]))),
                post("/subjects/delete.back/versions", back_one),
                get("/subjects/delete.back/versions").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "what was deleted is not compared with",
            vec![
                put("/config/delete.compared", json!({"compatibility": "FULL_TRANSITIVE"})),
                post("/subjects/delete.compared/versions", schema(record("Compared", &[ID]))),
                post("/subjects/delete.compared/versions", schema(record("Compared", &[]))).gives(refused(40901)),
                delete("/subjects/delete.compared/versions/1"),
                post("/subjects/delete.compared/versions", schema(record("Compared", &[]))),
                get("/config/delete.compared").gives(json(json!({"compatibilityLevel": "FULL_TRANSITIVE"}))),
                delete("/subjects/delete.compared"),
                delete("/subjects/delete.compared?permanent=true").gives(json(json!([1, 2]))),
                get("/config/delete.compared").gives(refused(40408)),
            ],
        ),
    ]
}
