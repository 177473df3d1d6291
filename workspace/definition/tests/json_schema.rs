//! The JSON Schema and the reader agree.

mod support;

use std::{collections::BTreeSet, fs};

use boon::{Compiler, SchemaIndex, Schemas};
use palinode_definition::{Code, Definition, json_schema, read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

struct Checker {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Checker {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let schema = serde_json::from_str(&json_schema()).unwrap();
        compiler.add_resource("saga.schema.json", schema).unwrap();
        let index = compiler.compile("saga.schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    fn refusal(&self, value: &Value) -> Option<String> {
        self.schemas
            .validate(value, self.index)
            .err()
            .map(|error| format!("{error:#}"))
    }
}

fn parsed(text: &str) -> Option<Value> {
    serde_saphyr::from_str::<Value>(text).ok()
}

/// The kinds of mistakes that a schema can see: the others need two parts, or a number with a unit.
const OF_SHAPE: &[Code] = &[
    Code::UnknownKey,
    Code::MissingKey,
    Code::WrongType,
    Code::BadName,
    Code::KeysTogether,
    Code::UnknownApiVersion,
];

#[test]
fn every_definition_that_is_right_fits() {
    let checker = Checker::new();
    for (name, text) in support::definitions() {
        assert_eq!(checker.refusal(&parsed(&text).unwrap()), None, "{name}");
    }
}

#[test]
fn every_definition_of_a_wrong_shape_is_refused_and_no_other() {
    let checker = Checker::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut refused = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let (Some("yaml"), Some(value)) = (path.extension().and_then(|it| it.to_str()), parsed(&text)) else {
            continue;
        };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let codes: BTreeSet<Code> = match Definition::read(&name, &text) {
            Ok(_) => BTreeSet::new(),
            Err(found) => found.iter().map(|found| found.code).collect(),
        };
        let refusal = checker.refusal(&value);
        if OF_SHAPE.iter().any(|code| codes.contains(code)) {
            assert!(refusal.is_some(), "{name} is not refused, but has {codes:?}");
            refused += 1;
        }
        assert!(refusal.is_none() || !codes.is_empty(), "{name}: {refusal:?}");
    }
    assert!(refused > 5, "{refused}");
}

/// Every key of the language with a place where an example has it: the part, the key, and the way there.
fn places(schema: &Value) -> Vec<(String, String, usize, String)> {
    let mut found = Vec::new();
    for (number, (_, text)) in support::definitions().iter().enumerate() {
        visit(
            schema,
            schema,
            "definition",
            &parsed(text).unwrap(),
            "",
            number,
            &mut found,
        );
    }
    found
}

fn visit(
    root: &Value,
    schema: &Value,
    part: &str,
    value: &Value,
    way: &str,
    number: usize,
    found: &mut Vec<(String, String, usize, String)>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        return visit(root, &root["$defs"][name], name, value, way, number, found);
    }
    if schema.get("if").is_some() {
        let key = schema["if"]["required"][0].as_str().unwrap();
        let branch = if value.get(key).is_some() { "then" } else { "else" };
        return visit(root, &schema[branch], part, value, way, number, found);
    }
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let way = format!("{way}/{key}");
                if let Some(inner) = schema["properties"].get(key) {
                    found.push((part.to_owned(), key.clone(), number, way.clone()));
                    visit(root, inner, part, value, &way, number, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(
                    root,
                    &schema["items"],
                    part,
                    item,
                    &format!("{way}/{index}"),
                    number,
                    found,
                );
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_is_in_an_example_and_read_by_the_reader() {
    let checker = Checker::new();
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    let examples: Vec<Value> = support::definitions()
        .iter()
        .map(|(_, text)| parsed(text).unwrap())
        .collect();
    let places = places(&schema);
    let parts = std::iter::once(("definition", &schema)).chain(
        schema["$defs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, part)| (name.as_str(), part)),
    );
    for (part, described) in parts {
        for key in described["properties"].as_object().unwrap().keys() {
            let place = places
                .iter()
                .find(|place| (place.0.as_str(), place.1.as_str()) == (part, key));
            let Some((.., number, way)) = place else {
                panic!("no example has the key '{key}' of {part}");
            };
            let mut changed = examples[*number].clone();
            *changed.pointer_mut(way).unwrap() = json!([[[]]]);
            let text = serde_json::to_string_pretty(&changed).unwrap();
            assert!(read("changed.yaml", &text).is_err(), "'{key}' of {part} is not read");
            assert!(
                checker.refusal(&changed).is_some(),
                "'{key}' of {part} is not in the schema"
            );
        }
    }
}

#[test]
fn every_example_of_a_key_fits_the_key() {
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    let parts = schema["$defs"].as_object().unwrap();
    let ways = std::iter::once((String::new(), &schema))
        .chain(parts.iter().map(|(name, part)| (format!("/$defs/{name}"), part)));
    for (way, part) in ways {
        for (key, described) in part["properties"].as_object().unwrap() {
            let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
            compiler.add_resource("saga.schema.json", schema.clone()).unwrap();
            let place = format!("saga.schema.json#{way}/properties/{key}");
            let index = compiler.compile(&place, &mut schemas).unwrap();
            for example in described["examples"].as_array().unwrap() {
                let refusal = schemas.validate(example, index).err().map(|error| format!("{error:#}"));
                assert_eq!(refusal, None, "{place}: {example}");
            }
        }
    }
}

/// A change of the structure.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Rename(&'static str),
    Replace(Value),
}

fn change() -> impl Strategy<Value = Change> {
    let values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-3),
        json!(1.5),
        json!(100_000),
        json!(""),
        json!(" "),
        json!("x"),
        json!("5s"),
        json!("start.trip_id"),
        json!("7"),
        json!("a b"),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({ "for": "5s" }),
        json!({ "command": "x" }),
    ];
    let names = vec![
        "id", "when", "wait", "command", "choice", "fields", "topic", "for", "until", "event", "x",
    ];
    prop_oneof![
        Just(Change::Remove),
        prop::sample::select(names).prop_map(Change::Rename),
        prop::sample::select(values).prop_map(Change::Replace),
    ]
}

fn ways(value: &Value, way: &str, found: &mut Vec<(String, String)>) {
    let mut inside = |key: String, inner: &Value| {
        found.push((way.to_owned(), key.clone()));
        ways(inner, &format!("{way}/{key}"), found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| inside(key.clone(), inner)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, inner)| inside(at.to_string(), inner)),
        _ => {}
    }
}

fn apply(value: &mut Value, at: usize, change: &Change) {
    let mut found = Vec::new();
    ways(value, "", &mut found);
    let Some((way, key)) = found.get(at % found.len().max(1)) else {
        return;
    };
    match (value.pointer_mut(way), change) {
        (Some(Value::Object(map)), Change::Remove) => {
            map.remove(key);
        }
        (Some(Value::Object(map)), Change::Rename(to)) => renamed(map, key, to),
        (Some(Value::Object(map)), Change::Replace(with)) => {
            map.insert(key.clone(), with.clone());
        }
        (Some(Value::Array(items)), change) => {
            let index: usize = key.parse().unwrap_or(0);
            match change {
                Change::Replace(with) => items[index] = with.clone(),
                Change::Remove | Change::Rename(_) => {
                    items.remove(index);
                }
            }
        }
        _ => {}
    }
}

fn renamed(map: &mut Map<String, Value>, key: &str, to: &str) {
    if let Some(value) = map.remove(key) {
        map.insert(to.to_owned(), value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_the_schema_refuses_the_reader_refuses_and_what_is_of_the_wrong_shape_the_schema_refuses(
        which in any::<usize>(),
        changes in prop::collection::vec((any::<usize>(), change()), 1..4),
    ) {
        let checker = Checker::new();
        let definitions = support::definitions();
        let mut value = parsed(&definitions[which % definitions.len()].1).unwrap();
        for (at, change) in &changes {
            apply(&mut value, *at, change);
        }
        let text = serde_json::to_string_pretty(&value).unwrap();
        let codes: BTreeSet<Code> = match read("changed.yaml", &text) {
            Ok(_) => BTreeSet::new(),
            Err(found) => found.iter().map(|found| found.code).collect(),
        };
        let refusal = checker.refusal(&value);
        if let Some(refusal) = &refusal {
            prop_assert!(!codes.is_empty(), "only the schema refuses: {refusal}\n{text}");
        } else {
            let seen: Vec<&Code> = OF_SHAPE.iter().filter(|code| codes.contains(code)).collect();
            prop_assert!(seen.is_empty(), "only the reader refuses: {seen:?}\n{text}");
        }
    }
}
