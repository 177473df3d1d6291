//! `docs/events.md`: the topics, the journal and the outcomes, for who reads them without Palinode.

use palinode_wire::journal::EVENT_TYPES;
use serde_json::Value;

use crate::{page, source};

const REASONS: &str = include_str!("../../../core/src/reason.rs");
const DEAD_LETTERS: &str = include_str!("../../../wire/src/dead_letter.rs");

#[test]
fn the_page_has_the_topics_records_and_codes_as_they_are() {
    let event = schema("journal/SagaEvent");
    let outcome = schema("Outcome");
    let stage = &field(&outcome, "stages")["type"]["items"];
    page::check(
        "docs/events.md",
        &[
            ("topics", topics()),
            ("SagaEvent", fields(&event)),
            ("reason codes", codes(source::words(REASONS, "ReasonCode {"))),
            ("rejection codes", codes(source::words(REASONS, "RejectionCode {"))),
            ("Outcome", fields(&outcome)),
            ("Stage", fields(stage)),
            ("error codes", codes(source::words(DEAD_LETTERS, "codes! {"))),
        ],
    );
}

#[test]
fn the_page_explains_every_type_of_event() {
    let page = page::read("docs/events.md");
    for event_type in EVENT_TYPES {
        assert!(
            page.contains(&format!("| `{event_type}` |")),
            "docs/events.md does not explain {event_type}"
        );
    }
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&page::read(&format!("schemas/palinode/{name}.avsc"))).unwrap()
}

fn field<'a>(record: &'a Value, name: &str) -> &'a Value {
    record["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["name"] == name)
        .unwrap()
}

fn fields(record: &Value) -> String {
    let rows = record["fields"].as_array().unwrap().iter().map(|field| {
        let doc = field["doc"].as_str().unwrap().to_owned();
        vec![
            format!("`{}`", field["name"].as_str().unwrap()),
            type_name(&field["type"]),
            doc,
        ]
    });
    page::table(&["field", "type", "meaning"], rows)
}

/// A type in words that an analyst knows.
fn type_name(of: &Value) -> String {
    match of {
        Value::String(name) => name.clone(),
        Value::Array(branches) => {
            let values: Vec<String> = branches
                .iter()
                .filter(|branch| *branch != "null")
                .map(type_name)
                .collect();
            format!("{} or null", values.join(", "))
        }
        of if of["logicalType"] == "timestamp-millis" => "time (milliseconds since 1970, UTC)".into(),
        of => match of["type"].as_str().unwrap() {
            "array" => format!("list of {}", type_name(&of["items"])),
            "map" => format!("map of text to {}", type_name(&of["values"])),
            "record" => format!("`{}`", of["name"].as_str().unwrap()),
            other => other.to_owned(),
        },
    }
}

fn topics() -> String {
    let catalogue: Value = serde_saphyr::from_str(&page::read("schemas/catalog.yaml")).unwrap();
    let text = |topic: &Value, name: &str| topic[name].as_str().unwrap_or_default().to_owned();
    let rows = catalogue["topics"].as_array().unwrap().iter().map(|topic| {
        let kept = match text(topic, "cleanup").as_str() {
            "compact" => "the last of each key".to_owned(),
            _ => topic["retention"].as_str().unwrap_or("everything").to_owned(),
        };
        vec![
            format!("`{}`", text(topic, "name")),
            text(topic, "purpose"),
            text(topic, "key"),
            kept,
        ]
    });
    page::table(&["topic", "what stands on it", "key", "kept"], rows)
}

fn codes(words: Vec<(String, String)>) -> String {
    page::table(
        &["code", "meaning"],
        words
            .into_iter()
            .map(|(word, meaning)| vec![format!("`{word}`"), meaning]),
    )
}
