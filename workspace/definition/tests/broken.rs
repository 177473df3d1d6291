//! Broken definitions and what is said about them.
//!
//! Each `tests/broken/<name>.yaml` has a `<name>.txt` beside it with the diagnostics as a person sees them. To accept a
//! change: run the tests with `ACCEPT=1`, then read the difference before it is committed.

use std::{collections::BTreeSet, fs, path::Path};

use palinode_definition::{Code, read};

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

fn diagnostics(name: &str) -> palinode_definition::Diagnostics {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/broken")
        .join(format!("{name}.yaml"));
    let text = fs::read_to_string(path).unwrap();
    match read(&format!("{name}.yaml"), &text) {
        Ok(_) => panic!("{name}.yaml is read without a diagnostic"),
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn every_broken_definition_is_explained_as_written_beside_it() {
    let mut different = Vec::new();
    for name in names() {
        let told = format!("{}\n", diagnostics(&name));
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
fn every_kind_of_mistake_that_needs_no_schema_has_an_example() {
    let needs_schemas: BTreeSet<Code> = [
        Code::UnknownRecord,
        Code::BadSchema,
        Code::UnknownField,
        Code::FieldNotFilled,
        Code::TypeMismatch,
    ]
    .into();
    let shown: BTreeSet<Code> = names()
        .iter()
        .flat_map(|name| diagnostics(name))
        .map(|diagnostic| diagnostic.code)
        .collect();
    let not_shown: Vec<&Code> = Code::ALL
        .iter()
        .filter(|code| !shown.contains(code) && !needs_schemas.contains(code))
        .collect();
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
