//! Broken scenario files and what is said about them; scenarios that are not as expected and the stories that they give.
//!
//! Each `<name>.yaml` in `tests/broken` and `tests/failed` has a `<name>.txt` beside it. To accept a change: run the tests
//! with `ACCEPT=1`, then read the difference before it is committed.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use palinode_scenario::{Suite, text};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Compares what is told of each file with what stands beside it.
fn compare(folder: &str, tell: impl Fn(&str, &str) -> String) {
    let mut different = Vec::new();
    for file in files(folder) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let told = format!("{}\n", tell(name, &fs::read_to_string(&file).unwrap()).trim_end());
        let beside = file.with_extension("txt");
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&beside, &told).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if told != expected {
            different.push(format!("--- {name} should give\n{expected}\n--- but gives\n{told}"));
        }
    }
    assert!(
        different.is_empty(),
        "accept with ACCEPT=1 if this is right:\n{}",
        different.join("\n")
    );
}

#[test]
fn every_broken_file_is_explained_as_written_beside_it() {
    let definition = common::definition(&common::order_text());
    let schemas = common::schemas();
    compare("broken", |name, text| {
        match Suite::read(name, text, &definition.plan, &schemas) {
            Ok(_) => panic!("{name} is read without a mistake"),
            Err(mistakes) => mistakes.to_string(),
        }
    });
}

#[test]
fn every_failed_scenario_is_told_as_written_beside_it() {
    let definition = common::definition(&common::order_text());
    let schemas = common::schemas();
    compare("failed", |name, source| {
        let suite =
            Suite::read(name, source, &definition.plan, &schemas).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let results = suite.run(&definition.plan, &schemas).unwrap();
        assert_eq!(results.failed(), results.played.len(), "{}", text(&results));
        text(&results)
    });
}
