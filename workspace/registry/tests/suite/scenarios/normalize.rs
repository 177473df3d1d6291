//! Schemas that say the same in other words.

use serde_json::json;

use crate::suite::{Scenario, delete, get, json, post, put, refused, schema};

const WORDY: &str = r#"{"type":"fixed","name":"Code","namespace":"normal","aliases":["b","a"],"size":4}"#;
const SORTED: &str = r#"{"type":"fixed","name":"Code","namespace":"normal","aliases":["a","b"],"size":4}"#;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "order of attributes and spelling of names do not count",
            vec![
                post(
                    "/subjects/normal.names/versions",
                    schema(r#"{"type":"fixed","name":"Id","namespace":"normal","size":4}"#),
                )
                .keep("id", "/id"),
                post(
                    "/subjects/normal.names",
                    schema(r#"{"size":4,"name":"Id","namespace":"normal","type":"fixed"}"#),
                )
                .gives(json(json!({"id": "{id}"}))),
                post(
                    "/subjects/normal.names",
                    schema(r#"{"type":"fixed","name":"normal.Id","size":4}"#),
                )
                .gives(json(json!({"id": "{id}"}))),
            ],
        ),
        Scenario::new(
            "a normalised schema is found by whoever normalises",
            vec![
                post("/subjects/normal.asked/versions?normalize=true", schema(WORDY)).keep("id", "/id"),
                post("/subjects/normal.asked", schema(WORDY)).gives(refused(40403)),
                post("/subjects/normal.asked?normalize=true", schema(WORDY)).gives(json(json!({"id": "{id}"}))),
                post("/subjects/normal.asked?normalize=true", schema(SORTED)).gives(json(json!({"id": "{id}"}))),
                post("/subjects/normal.asked/versions?normalize=true", schema(SORTED))
                    .gives(json(json!({"id": "{id}"}))),
                get("/subjects/normal.asked/versions").gives(json(json!([1]))),
            ],
        ),
        Scenario::new(
            "a config may ask for normal forms",
            vec![
                put(
                    "/config/normal.config",
                    json!({"compatibility": "BACKWARD", "normalize": true}),
                ),
                get("/config/normal.config").gives(json(json!({"compatibilityLevel": "BACKWARD", "normalize": true}))),
                post("/subjects/normal.config/versions", schema(WORDY)).keep("id", "/id"),
                post("/subjects/normal.config", schema(SORTED)).gives(json(json!({"id": "{id}"}))),
                delete("/config/normal.config"),
                post("/subjects/normal.config", schema(WORDY)).gives(refused(40403)),
            ],
        ),
    ]
}
