//! What is set for the whole registry and for one subject.

use serde_json::json;

use super::schemas::{AMOUNT, ID, ID_AS_LONG, record};
use crate::suite::{Scenario, delete, get, json, post, put, refused, schema};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "what holds when nothing is set",
            vec![
                get("/config").gives(json(json!({"compatibilityLevel": "BACKWARD"}))),
                get("/mode").gives(json(json!({"mode": "READWRITE"}))),
                get("/config/nobody").gives(refused(40408)),
                get("/config/nobody?defaultToGlobal=true").gives(json(json!({"compatibilityLevel": "BACKWARD"}))),
                get("/mode/nobody").gives(refused(40409)),
                get("/mode/nobody?defaultToGlobal=true").gives(json(json!({"mode": "READWRITE"}))),
                delete("/config/nobody").gives(refused(40401)),
                delete("/mode/nobody").gives(refused(40401)),
                put("/config", json!({"compatibility": "BACKWARD"})),
            ],
        ),
        Scenario::new(
            "a subject has a level of its own until it is taken back",
            vec![
                post("/subjects/config.own/versions", schema(record("Own", &[ID]))),
                put("/config/config.own", json!({"compatibility": "FULL"}))
                    .gives(json(json!({"compatibility": "FULL"}))),
                get("/config/config.own").gives(json(json!({"compatibilityLevel": "FULL"}))),
                get("/config/config.own?defaultToGlobal=true").gives(json(json!({"compatibilityLevel": "FULL"}))),
                put("/config/config.own", json!({"compatibility": "NONE"})),
                post("/subjects/config.own/versions", schema(record("Own", &[ID_AS_LONG]))),
                delete("/config/config.own").gives(json(json!({"compatibilityLevel": "NONE"}))),
                get("/config/config.own").gives(refused(40408)),
                post("/subjects/config.own/versions", schema(record("Own", &[]))),
                post("/subjects/config.own/versions", schema(record("Own", &[AMOUNT]))).gives(refused(40901)),
            ],
        ),
        Scenario::new(
            "the global level counts where a subject has none",
            vec![
                post("/subjects/config.global/versions", schema(record("Global", &[ID]))),
                put("/config", json!({"compatibility": "NONE"})).gives(json(json!({"compatibility": "NONE"}))),
                get("/config").gives(json(json!({"compatibilityLevel": "NONE"}))),
                post(
                    "/subjects/config.global/versions",
                    schema(record("Global", &[ID_AS_LONG])),
                ),
                delete("/config").gives(json(json!({"compatibilityLevel": "NONE"}))),
                get("/config").gives(json(json!({"compatibilityLevel": "BACKWARD"}))),
                put("/config", json!({"compatibility": "BACKWARD"})),
                post("/subjects/config.global/versions", schema(record("Global", &[AMOUNT]))).gives(refused(40901)),
            ],
        ),
        Scenario::new(
            "a level may be written small",
            vec![
                put("/config/config.small", json!({"compatibility": "forward_transitive"}))
                    .gives(json(json!({"compatibility": "FORWARD_TRANSITIVE"}))),
            ],
        ),
        Scenario::new(
            "a level that nobody knows is refused",
            vec![
                put("/config", json!({"compatibility": "MOSTLY"})).gives(refused(42203)),
                put("/config/config.unknown", json!({"compatibility": "MOSTLY"})).gives(refused(42203)),
                get("/config").gives(json(json!({"compatibilityLevel": "BACKWARD"}))),
            ],
        ),
    ]
}
