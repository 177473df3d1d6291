//! `docs/configuration.md`: every setting, with its default and its meaning.

use std::{collections::BTreeSet, io::Write};

use palinode_server::Configuration;
use serde_json::Value;

use crate::{
    page,
    source::{self, Documented},
};

const SOURCE: &str = include_str!("../../src/configuration.rs");

#[test]
fn the_page_has_every_setting() {
    let defaults = serde_json::to_value(Configuration::default()).unwrap();
    let mut rows = Vec::new();
    add(&mut rows, "Configuration", "", &defaults);
    let table = page::table(&["setting", "environment variable", "default", "meaning"], rows);
    page::check("docs/configuration.md", &[("settings", table)]);
}

#[test]
fn the_examples_can_be_read() {
    let examples: Vec<String> = ["docs/configuration.md", "README.md"]
        .iter()
        .flat_map(|page| page::fenced(page, "yaml"))
        .collect();
    assert!(examples.len() >= 2, "both pages show a configuration file");
    for example in examples {
        let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        file.write_all(example.as_bytes()).unwrap();
        let read = Configuration::read(Some(file.path()), &[]).unwrap_or_else(|error| panic!("{error} in\n{example}"));
        assert_ne!(read, Configuration::default(), "the example sets something");
        if example.contains("security.protocol") {
            assert!(
                read.kafka.properties.contains_key("security.protocol"),
                "{:?}",
                read.kafka.properties
            );
        }
    }
}

/// Adds a row for each setting of the struct `name`, whose settings begin with `path`.
fn add(rows: &mut Vec<Vec<String>>, name: &str, path: &str, defaults: &Value) {
    let fields = source::block(SOURCE, &header(name));
    let documented: BTreeSet<&str> = fields.iter().map(|field| parts(field).0).collect();
    let existing: BTreeSet<&str> = defaults.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(documented, existing, "the fields of {name}");
    for field in &fields {
        let (setting, of) = parts(field);
        let (path, default) = (format!("{path}{setting}"), &defaults[setting]);
        if SOURCE.lines().any(|line| line == header(of)) {
            add(rows, of, &format!("{path}."), default);
            continue;
        }
        assert!(!field.doc.is_empty(), "{path} has no meaning");
        let in_environment = match default {
            Value::Object(_) => "–".to_owned(),
            _ => format!("`PALINODE__{}`", path.to_uppercase().replace('.', "__")),
        };
        rows.push(vec![
            format!("`{path}`"),
            in_environment,
            shown(&path, default),
            field.doc.clone(),
        ]);
    }
}

fn header(name: &str) -> String {
    format!("pub struct {name} {{")
}

/// The name and the type of a field.
fn parts(field: &Documented) -> (&str, &str) {
    field
        .code
        .strip_prefix("pub ")
        .and_then(|code| code.split_once(": "))
        .unwrap()
}

fn shown(path: &str, default: &Value) -> String {
    match default {
        // Another on every machine.
        Value::String(_) if path == "member" => "the host's name".into(),
        Value::String(text) if text.is_empty() => "empty".into(),
        Value::String(text) => format!("`{text}`"),
        Value::Array(items) => items
            .iter()
            .map(|item| format!("`{}`", item.as_str().unwrap()))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(_) | Value::Null => "none".into(),
        other => format!("`{other}`"),
    }
}
