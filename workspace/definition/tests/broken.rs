//! Broken definitions and what is said about them.
//!
//! Each `tests/broken/<name>.yaml` has a `<name>.txt` beside it with the diagnostics as a person sees them. To accept a
//! change: run the tests with `ACCEPT=1`, then read the difference before it is committed.

use std::{collections::BTreeSet, fs, path::Path};

use palinode_core::RecordName;
use palinode_definition::{Code, Definition, Diagnostic, check_schemas, check_sub_sagas};

fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The schemas of the records that the examples name.
fn schema(name: &RecordName) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    fs::read_to_string(folder.join(format!("{name}.avsc"))).ok()
}

fn diagnostics(name: &str) -> Vec<Diagnostic> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/broken")
        .join(format!("{name}.yaml"));
    let bytes = fs::read(path).unwrap();
    let found = match Definition::read_bytes(&format!("{name}.yaml"), &bytes) {
        Ok(definition) => {
            let mut found = check_schemas(&definition, &schema);
            found.extend(check_sub_sagas(&[definition]));
            found.sort_by_key(|diagnostic| diagnostic.location);
            found
        }
        Err(diagnostics) => diagnostics.into_iter().collect(),
    };
    assert!(!found.is_empty(), "{name}.yaml is read without a diagnostic");
    found
}

#[test]
fn every_broken_definition_is_explained_as_written_beside_it() {
    let mut different = Vec::new();
    for name in names() {
        let told: Vec<String> = diagnostics(&name).iter().map(ToString::to_string).collect();
        let told = format!("{}\n", told.join("\n\n"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/broken")
            .join(format!("{name}.txt"));
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&path, &told).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if told != expected {
            different.push(format!("--- {name}.txt says\n{expected}\n--- but it is\n{told}"));
        }
    }
    assert!(
        different.is_empty(),
        "accept with ACCEPT=1 if this is right:\n{}",
        different.join("\n")
    );
}

#[test]
fn every_kind_of_mistake_has_an_example() {
    let shown: BTreeSet<Code> = names()
        .iter()
        .flat_map(|name| diagnostics(name))
        .map(|diagnostic| diagnostic.code)
        .collect();
    let not_shown: Vec<&Code> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(not_shown.is_empty(), "no example of {not_shown:?}");
}

#[test]
fn diagnostics_come_in_the_order_of_the_file() {
    for name in names() {
        let places: Vec<_> = diagnostics(&name)
            .iter()
            .map(|diagnostic| diagnostic.location)
            .collect();
        assert!(places.is_sorted(), "{name}: {places:?}");
    }
}
