//! The rules of the code base that the compiler does not know: which crate may use which, and the form of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Above it, a file has a second subject.
const FILE_LINES_MAX: usize = 400;

/// Which of our crates a crate may use, from pure to IO; test dependencies count too.
const ALLOWED: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("wire", &["core"]),
    ("definition", &["core", "wire"]),
    ("verify", &["core", "wire", "definition"]),
    ("scenario", &["core", "wire", "definition"]),
    ("store", &["core", "wire"]),
    ("log", &["core", "wire"]),
    ("audit", &["core", "wire"]),
    ("registry", &["wire"]),
    ("broker", &[]),
    ("engine", &["core", "wire", "store", "log", "definition"]),
    (
        "simulation",
        &[
            "core",
            "wire",
            "store",
            "log",
            "definition",
            "engine",
            "audit",
            "broker",
        ],
    ),
    ("participant", &["core", "wire", "log"]),
    ("order", &["core", "wire", "participant"]),
    ("payment", &["core", "wire", "participant"]),
    ("warehouse", &["core", "wire", "participant"]),
    ("shipment", &["core", "wire", "participant"]),
    ("notification", &["core", "wire", "participant"]),
    ("analytics", &["core", "wire", "participant"]),
    (
        "server",
        &["core", "wire", "store", "log", "definition", "engine", "audit"],
    ),
    ("sandbox", &["registry", "broker"]),
];

/// The binary and the tests of the whole: they use everything but each other, and nobody uses them.
const USE_EVERYTHING: [&str; 2] = ["cli", "tests"];

/// Starts a real Kafka, and judges what a run has written: any crate's tests may use them.
const TEST_TOOLS: [&str; 2] = ["sandbox", "audit"];

/// Crates that do no IO, and what would bring it in.
const PURE: [&str; 6] = ["core", "wire", "definition", "verify", "scenario", "broker"];
const BRINGS_IO: [&str; 7] = [
    "tokio",
    "rdkafka",
    "rocksdb",
    "reqwest",
    "axum",
    "rusqlite",
    "async-trait",
];

struct Dependency {
    name: String,
    is_for_tests: bool,
}

#[test]
fn crates_use_only_what_they_may() {
    let crates = crates();
    let mut wrong = Vec::new();
    for (name, dependencies) in &crates {
        for dependency in dependencies
            .iter()
            .filter(|dependency| crates.contains_key(&dependency.name))
        {
            if !may_use(name, dependency) {
                wrong.push(format!("{name} uses {}", dependency.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not allowed by ALLOWED in tests/tests/architecture.rs:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_crate_stands_in_the_table() {
    let listed: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).chain(USE_EVERYTHING).collect();
    let crates = crates();
    let existing: BTreeSet<&str> = crates.keys().map(String::as_str).collect();

    assert_eq!(
        existing, listed,
        "the crates of the workspace and of ALLOWED in tests/tests/architecture.rs differ"
    );
}

#[test]
fn pure_crates_bring_in_no_io() {
    let crates = crates();
    for name in PURE {
        let used = crates[name].iter().filter(|dependency| !dependency.is_for_tests);
        let io: Vec<&str> = used
            .map(|used| used.name.as_str())
            .filter(|used| BRINGS_IO.contains(used))
            .collect();
        assert!(io.is_empty(), "{name} is pure and may not use {io:?}");
    }
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| is_under_src(file)) {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(
        long.is_empty(),
        "more than {FILE_LINES_MAX} lines: what is the second subject?\n{}",
        long.join("\n")
    );
}

#[test]
fn lib_and_mod_files_hold_no_functions() {
    let mut wrong = Vec::new();
    let is_index = |file: &Path| is_under_src(file) && (file.ends_with("lib.rs") || file.ends_with("mod.rs"));
    for (file, text) in sources().into_iter().filter(|(file, _)| is_index(file)) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| begins_a_function(line)) {
            wrong.push(format!("{}:{}: {}", file.display(), index + 1, line.trim()));
        }
    }
    assert!(
        wrong.is_empty(),
        "lib.rs and mod.rs hold docs, mod and pub use only:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_test_is_switched_off() {
    // In two parts, so that this file does not find itself.
    let attribute = ["#[", "ignore"].concat();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (index, _) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with(&attribute))
        {
            wrong.push(format!("{}:{}", file.display(), index + 1));
        }
    }
    assert!(wrong.is_empty(), "a test runs or does not exist:\n{}", wrong.join("\n"));
}

fn may_use(name: &str, dependency: &Dependency) -> bool {
    if USE_EVERYTHING.contains(&name) {
        return !USE_EVERYTHING.contains(&dependency.name.as_str());
    }
    let allowed = ALLOWED
        .iter()
        .find(|(listed, _)| *listed == name)
        .map_or(&[][..], |(_, allowed)| *allowed);
    allowed.contains(&dependency.name.as_str()) || (dependency.is_for_tests && TEST_TOOLS.contains(&&*dependency.name))
}

fn begins_a_function(line: &str) -> bool {
    let code = line.trim_start();
    !code.starts_with("//") && format!(" {code}").contains(" fn ")
}

fn is_under_src(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "src")
}

/// The crates of the workspace by their short names, each with what it uses.
fn crates() -> BTreeMap<String, Vec<Dependency>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| (short(&package["name"]), dependencies(package)))
        .collect()
}

fn dependencies(package: &Value) -> Vec<Dependency> {
    let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
    dependencies
        .map(|dependency| Dependency {
            name: short(&dependency["name"]),
            is_for_tests: dependency["kind"] == "dev",
        })
        .collect()
}

fn short(name: &Value) -> String {
    let name = name.as_str().expect("a name");
    name.strip_prefix("palinode-").unwrap_or(name).to_owned()
}

/// Every Rust file of the crates and the tests, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in ["workspace", "tests"] {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "only {} files were found", files.len());
    let read = |file: PathBuf| (file.clone(), fs::read_to_string(file).expect("a file that can be read"));
    files.into_iter().map(read).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests stand in the repository")
        .to_owned()
}
