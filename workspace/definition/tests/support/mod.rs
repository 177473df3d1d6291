//! The definitions of the repository and the schemas that they are held against.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use palinode_core::RecordName;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every definition that is right: its name and its text.
pub(crate) fn definitions() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["sagas", "examples", "workspace/definition/tests/good"] {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".yaml") && !name.ends_with(".test.yaml") {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(found.len() >= 3, "{found:?}");
    found
}

/// The schema of a record, wherever the repository has it.
pub(crate) fn schema(name: &RecordName) -> Option<String> {
    let root = repository();
    let canonical = root.join(format!("schemas/{}.avsc", name.as_str().replace('.', "/")));
    let folders = ["examples/schemas", "workspace/definition/tests/schemas"];
    let others = folders.map(|folder| root.join(folder).join(format!("{name}.avsc")));
    std::iter::once(canonical)
        .chain(others)
        .find_map(|path| fs::read_to_string(path).ok())
}
