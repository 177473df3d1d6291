//! The shop's schemas and definition, and scenario files read against them.
#![allow(dead_code, reason = "no test uses all of it")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use palinode_core::{SagaId, SchemaId};
use palinode_definition::Definition;
use palinode_scenario::{Mistakes, Recording, Results, Suite, schemas_of};
use palinode_wire::{Schemas, own};

/// The id of the journal's own schema in recordings.
pub(crate) const JOURNAL: SchemaId = SchemaId(900);

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schemas of the shop by record name.
pub(crate) fn texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    collect(&root().join("schemas/shop"), &mut texts);
    texts
}

fn collect(folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = format!(
            "{}.{}",
            schema["namespace"].as_str().unwrap(),
            schema["name"].as_str().unwrap()
        );
        texts.insert(name, text);
    }
}

pub(crate) fn schemas() -> Schemas {
    schemas_of(&texts()).unwrap()
}

/// The text of `sagas/order-fulfilment.yaml`.
pub(crate) fn order_text() -> String {
    fs::read_to_string(root().join("sagas/order-fulfilment.yaml")).unwrap()
}

pub(crate) fn definition(text: &str) -> Definition {
    Definition::read("definition.yaml", text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// Reads scenarios for `sagas/order-fulfilment.yaml`.
pub(crate) fn read(text: &str) -> Result<Suite, Mistakes> {
    Suite::read("scenarios.yaml", text, &definition(&order_text()).plan, &schemas())
}

/// Plays scenarios for `sagas/order-fulfilment.yaml`.
pub(crate) fn run(text: &str) -> Results {
    let suite = read(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    suite.run(&definition(&order_text()).plan, &schemas()).unwrap()
}

/// The start of `sagas/order-fulfilment.test.yaml`, as far as the first scenario.
pub(crate) fn head() -> String {
    let text = fs::read_to_string(root().join("sagas/order-fulfilment.test.yaml")).unwrap();
    let (head, _) = text.split_once("scenarios:\n").unwrap();
    format!("{head}scenarios:\n")
}

/// What a journal would say of these scenarios, each with a key of its own.
pub(crate) fn recording_of(results: &Results, texts: &BTreeMap<String, String>) -> Recording {
    let mut recording = Recording::new().unwrap();
    recording.add_schema(JOURNAL, own::SAGA_EVENT.text).unwrap();
    for (id, text) in (1..).zip(texts.values()) {
        recording.add_schema(SchemaId(id), text).unwrap();
    }
    for (number, played) in results.played.iter().enumerate() {
        for happened in played.story.iter().flat_map(|moment| &moment.events) {
            let mut record = happened.record.clone();
            record.id = SagaId::new(record.id.definition.clone(), format!("o-{number:02}"));
            let mut framed = Vec::new();
            record.encode(JOURNAL, &mut framed);
            assert!(recording.add(&framed.into(), None).unwrap());
        }
    }
    recording
}
