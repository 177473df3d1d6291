//! The files under `schemas/`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use palinode_wire::{avro::Shape, own};
use serde_json::Value as Json;

use crate::support::schema_folder;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "avsc") {
            found.push(path);
        }
    }
}

/// All schemas: the name that the path says, and the text.
fn all() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&schema_folder(), &mut found);
    assert!(found.len() > 30, "the folder is there");
    let name = |path: &Path| {
        let inside = path.strip_prefix(schema_folder()).unwrap().with_extension("");
        inside.to_str().unwrap().replace('/', ".")
    };
    found
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_schema_compiles_and_stands_under_its_name() {
    for (name, text) in all() {
        let shape = Shape::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(shape.record_name().unwrap().as_str(), name);
    }
}

#[test]
fn every_schema_says_what_it_is_and_who_answers_for_it() {
    for (name, text) in all() {
        let schema: Json = serde_json::from_str(&text).unwrap();
        for attribute in ["doc", "owner", "purpose", "sourceOfTruth"] {
            assert!(
                schema[attribute].as_str().is_some_and(|text| !text.is_empty()),
                "{name} has no {attribute}"
            );
        }
        for field in schema["fields"].as_array().unwrap() {
            assert!(field["doc"].is_string(), "{name}.{} has no doc", field["name"]);
        }
    }
}

#[test]
fn our_own_schemas_are_those_of_the_folder() {
    let ours: BTreeSet<_> = own::ALL
        .iter()
        .map(|schema| (schema.name.to_owned(), schema.text.to_owned()))
        .collect();
    let folder: BTreeSet<_> = all()
        .into_iter()
        .filter(|(name, _)| name.starts_with("palinode."))
        .collect();
    assert_eq!(ours, folder);
}

#[test]
fn the_catalogue_names_exactly_the_schemas_of_the_folder() {
    let text = fs::read_to_string(schema_folder().join("catalog.yaml")).unwrap();
    let catalogue: Json = serde_saphyr::from_str(&text).unwrap();
    let topics = catalogue["topics"].as_array().unwrap();
    let named: BTreeSet<_> = topics
        .iter()
        .flat_map(|topic| topic["records"].as_array().unwrap())
        .map(|record| record.as_str().unwrap().to_owned())
        .collect();
    let folder: BTreeSet<_> = all().into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, folder);
    // Heartbeats have one order, and belong to no task.
    let partitions = |topic: &Json| if topic["name"] == "palinode.members" { 1 } else { 12 };
    assert!(topics.iter().all(|topic| topic["partitions"] == partitions(topic)));
}
