//! What was registered is there after a restart.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use palinode_registry::{Error, Level, Registry, Submission, WantedVersion};
use tempfile::TempDir;

fn fixed(size: u32) -> Submission {
    Submission::of(format!(r#"{{"type":"fixed","name":"Code","size":{size}}}"#))
}

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.jsonl");
    (folder, file)
}

#[test]
fn ids_versions_and_levels_outlive_a_restart() {
    let (_folder, file) = file();
    let mut registry = Registry::open(&file).unwrap();
    registry.set_level(Some("a"), Level::None).unwrap();
    registry.register("b", &fixed(1)).unwrap();
    registry.register("a", &fixed(2)).unwrap();
    registry.register("a", &fixed(1)).unwrap();
    drop(registry);

    let mut registry = Registry::open(&file).unwrap();

    assert_eq!(registry.level(Some("a")).unwrap(), Level::None);
    assert_eq!(registry.versions("a").unwrap(), [1, 2]);
    assert_eq!(registry.version("a", WantedVersion::Latest).unwrap().id, 1);
    assert_eq!(registry.register("a", &fixed(2)).unwrap(), 2);
    assert_eq!(registry.register("a", &fixed(3)).unwrap(), 3);
}

#[test]
fn a_torn_last_line_is_cut_off() {
    let (_folder, file) = file();
    Registry::open(&file).unwrap().register("a", &fixed(1)).unwrap();
    OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap()
        .write_all(br#"{"change":"regist"#)
        .unwrap();

    Registry::open(&file).unwrap().register("b", &fixed(2)).unwrap();

    let registry = Registry::open(&file).unwrap();
    assert_eq!(registry.subjects(), ["a", "b"]);
    assert_eq!(registry.version("b", WantedVersion::Latest).unwrap().id, 2);
}

#[test]
fn a_damaged_file_is_refused_with_its_line() {
    let (_folder, file) = file();
    Registry::open(&file).unwrap().register("a", &fixed(1)).unwrap();
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{whole}{{\"change\":\"unheard_of\"}}\n{whole}")).unwrap();

    let error = Registry::open(&file).unwrap_err();

    assert!(matches!(error, Error::FileContent { line: 2, .. }), "{error}");
}

#[test]
fn a_refused_schema_leaves_no_line() {
    let (_folder, file) = file();
    let mut registry = Registry::open(&file).unwrap();
    registry.register("a", &fixed(1)).unwrap();
    let before = fs::read(&file).unwrap();

    registry.register("a", &fixed(2)).unwrap_err();
    registry.register("a", &fixed(1)).unwrap();

    assert_eq!(fs::read(&file).unwrap(), before);
}
