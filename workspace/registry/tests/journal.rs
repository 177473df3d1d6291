//! What was registered is there after a restart, wherever the records are kept.

#[allow(dead_code, unused_imports, reason = "profiles of peers have their own test")]
mod suite;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use palinode_registry::{
    Config, Deleted, Error, Journal, Level, LookUp, MemoryJournal, Mode, Record, Registration, Registry, Removal,
    Result, Submission, WantedVersion, serve,
};
use suite::Peer;
use tempfile::TempDir;
use tokio::net::TcpListener;

fn fixed(size: u32) -> Registration {
    Registration::of(Submission::of(format!(
        r#"{{"type":"fixed","name":"Code","size":{size}}}"#
    )))
}

fn level(level: Level) -> Config {
    Config {
        compatibility_level: Some(level),
        ..Config::default()
    }
}

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.jsonl");
    (folder, file)
}

/// Everything that can be seen of a registry.
fn seen(registry: &Registry) -> String {
    let mut seen = format!("{:?} {:?}", registry.config(None), registry.mode(None));
    for subject in registry.subjects(Deleted::Included) {
        let settings = (registry.config(Some(subject)).ok(), registry.mode(Some(subject)).ok());
        seen += &format!("\n{subject} {settings:?}");
        for version in registry.versions(subject, Deleted::Included).unwrap() {
            let version = registry
                .version(subject, WantedVersion::Number(version), Deleted::Included)
                .unwrap();
            seen += &format!("\n  {version:?} {:?}", registry.places(version.id, Deleted::Included));
        }
    }
    seen
}

/// The last record of each key, in order, as a compacted topic keeps them; what has no value goes in the end.
fn compacted(records: &[Record]) -> Vec<Record> {
    let last = |index: usize, record: &Record| !records[index + 1..].iter().any(|later| later.key == record.key);
    let kept = records
        .iter()
        .enumerate()
        .filter(|(index, record)| last(*index, record));
    kept.map(|(_, record)| record)
        .filter(|record| record.value.is_some())
        .cloned()
        .collect()
}

#[tokio::test]
async fn after_every_scenario_the_records_tell_all_of_it() {
    for scenario in suite::all() {
        let journal = MemoryJournal::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, Registry::recover(journal.clone()).unwrap()));
        let peer = Peer::new(base, Vec::new());
        assert_eq!(peer.play(&scenario).await, Vec::<String>::new());

        let records = journal.records();
        let recovered = Registry::recover(MemoryJournal::of(records.clone())).unwrap();
        let from_compacted = Registry::recover(MemoryJournal::of(compacted(&records))).unwrap();

        assert_eq!(seen(&recovered), seen(&from_compacted), "{}", scenario.name);
        let again = Peer::new(serve_recovered(recovered).await, Vec::new());
        let subjects = peer_subjects(&peer).await;
        assert_eq!(subjects, peer_subjects(&again).await, "{}", scenario.name);
    }
}

async fn serve_recovered(registry: Registry) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, registry));
    base
}

/// Every version of every subject, deleted ones too, as a client is told of them.
async fn peer_subjects(peer: &Peer) -> String {
    let url = format!("{}/schemas?deleted=true", peer.base);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[test]
fn ids_versions_and_levels_outlive_a_restart() {
    let (_folder, file) = file();
    let mut registry = Registry::open(&file).unwrap();
    registry.configure(Some("a"), level(Level::None)).unwrap();
    registry.register("b", &fixed(1)).unwrap();
    registry.register("a", &fixed(2)).unwrap();
    registry.register("a", &fixed(1)).unwrap();
    drop(registry);

    let mut registry = Registry::open(&file).unwrap();

    assert_eq!(registry.config(Some("a")).unwrap(), level(Level::None));
    assert_eq!(registry.versions("a", Deleted::Hidden).unwrap(), [1, 2]);
    let latest = registry.version("a", WantedVersion::Latest, Deleted::Hidden).unwrap();
    assert_eq!(latest.id, 1);
    assert_eq!(registry.register("a", &fixed(2)).unwrap().id, 2);
    assert_eq!(registry.register("a", &fixed(3)).unwrap().id, 3);
}

#[test]
fn an_id_is_not_given_twice() {
    let journal = MemoryJournal::default();
    let mut registry = Registry::recover(journal.clone()).unwrap();
    registry.register("a", &fixed(1)).unwrap();
    registry.delete_subject("a", Removal::Soft).unwrap();
    registry.delete_subject("a", Removal::Permanent).unwrap();

    let mut registry = Registry::recover(journal).unwrap();

    assert_eq!(registry.subjects(Deleted::Included), Vec::<&str>::new());
    assert_eq!(registry.register("b", &fixed(1)).unwrap().id, 2);
}

#[test]
fn a_torn_last_line_is_cut_off() {
    let (_folder, file) = file();
    Registry::open(&file).unwrap().register("a", &fixed(1)).unwrap();
    OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap()
        .write_all(br#"{"key":{"keyt"#)
        .unwrap();

    Registry::open(&file).unwrap().register("b", &fixed(2)).unwrap();

    let registry = Registry::open(&file).unwrap();
    assert_eq!(registry.subjects(Deleted::Hidden), ["a", "b"]);
    let latest = registry.version("b", WantedVersion::Latest, Deleted::Hidden).unwrap();
    assert_eq!(latest.id, 2);
}

#[test]
fn a_damaged_file_is_refused_with_its_line() {
    let (_folder, file) = file();
    Registry::open(&file).unwrap().register("a", &fixed(1)).unwrap();
    let whole = fs::read_to_string(&file).unwrap();

    for damage in [r#"{"key":{},"value":{}}"#, r#"{"change":"registered"}"#, "["] {
        fs::write(&file, format!("{whole}{damage}\n{whole}")).unwrap();
        let error = Registry::open(&file).unwrap_err();
        assert!(matches!(error, Error::UnreadableRecord { record: 2, .. }), "{error}");
        assert!(error.to_string().contains("registry.jsonl"), "{error}");
    }
}

#[test]
fn a_refused_schema_leaves_no_record() {
    let (_folder, file) = file();
    let mut registry = Registry::open(&file).unwrap();
    registry.register("a", &fixed(1)).unwrap();
    let before = fs::read(&file).unwrap();

    registry.register("a", &fixed(2)).unwrap_err();
    registry.register("a", &fixed(1)).unwrap();

    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn records_of_confluents_registry_are_read() {
    let records = [
        (r#"{"keytype":"NOOP","magic":0}"#, None),
        (
            r#"{"keytype":"CONFIG","subject":null,"magic":0}"#,
            Some(r#"{"subject":null,"compatibilityLevel":"FULL","compatibilityGroup":"major","validateFields":false}"#),
        ),
        (
            r#"{"keytype":"SCHEMA","subject":"money","version":1,"magic":1}"#,
            Some(
                r#"{"subject":"money","version":1,"id":4,"schema":"{\"type\":\"record\",\"name\":\"Money\",\"namespace\":\"shop\",\"fields\":[{\"name\":\"minor\",\"type\":\"long\"}]}","deleted":false}"#,
            ),
        ),
        (
            r#"{"keytype":"SCHEMA","subject":"fee","version":2,"magic":1}"#,
            Some(
                r#"{"subject":"fee","version":2,"id":7,"md5":"AAAAAAAAAAAAAAAAAAAAAA==","schemaType":"AVRO","references":[{"name":"shop.Money","subject":"money","version":1}],"metadata":{"tags":{}},"ruleSet":null,"schema":"[\"null\",\"shop.Money\"]","deleted":false}"#,
            ),
        ),
        (
            r#"{"keytype":"SCHEMA","subject":"proto","version":1,"magic":1}"#,
            Some(
                r#"{"subject":"proto","version":1,"id":8,"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";","deleted":false}"#,
            ),
        ),
        (
            r#"{"keytype":"SCHEMA","subject":"gone","version":1,"magic":1}"#,
            Some(r#"{"subject":"gone","version":1,"id":9,"schema":"\"string\"","deleted":false}"#),
        ),
        (
            r#"{"keytype":"DELETE_SUBJECT","subject":"gone","magic":0}"#,
            Some(r#"{"subject":"gone","version":1}"#),
        ),
        (
            r#"{"keytype":"MODE","subject":"proto","magic":0}"#,
            Some(r#"{"subject":"proto","mode":"READONLY"}"#),
        ),
        (
            r#"{"keytype":"CONTEXT","tenant":"default","context":".x","magic":0}"#,
            Some(r#"{"tenant":"default","context":".x"}"#),
        ),
        // An id that is taken by another text.
        (
            r#"{"keytype":"SCHEMA","subject":"late","version":1,"magic":1}"#,
            Some(r#"{"subject":"late","version":1,"id":4,"schema":"\"int\"","deleted":false}"#),
        ),
    ];
    let records = records.map(|(key, value)| Record {
        key: key.as_bytes().to_vec(),
        value: value.map(|value| value.as_bytes().to_vec()),
    });

    let mut registry = Registry::recover(MemoryJournal::of(records.to_vec())).unwrap();

    assert_eq!(registry.subjects(Deleted::Hidden), ["fee", "money", "proto"]);
    assert_eq!(registry.subjects(Deleted::Only), ["gone"]);
    assert_eq!(registry.config(None).unwrap().compatibility_level, Some(Level::Full));
    assert_eq!(registry.mode(Some("proto")).unwrap(), Mode::ReadOnly);
    let fee = registry.version("fee", WantedVersion::Latest, Deleted::Hidden).unwrap();
    assert_eq!((fee.id, fee.version, fee.schema.schema_type.as_deref()), (7, 2, None));
    assert_eq!(registry.find("fee", &fee.schema, LookUp::default()).unwrap(), fee);
    assert_eq!(registry.schema(8).unwrap().schema_type.as_deref(), Some("PROTOBUF"));
    let next = Registration::of(Submission {
        text: r#"["null","shop.Money","string"]"#.to_owned(),
        ..fee.schema
    });
    assert!(matches!(
        registry.register("fee", &next),
        Err(Error::Incompatible { .. })
    ));
    registry.configure(None, level(Level::Backward)).unwrap();
    assert_eq!(registry.register("fee", &next).unwrap().id, 10);
}

/// A journal that keeps nothing.
struct Broken;

impl Journal for Broken {
    fn name(&self) -> String {
        "a broken journal".to_owned()
    }

    fn replay(&mut self, _: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        Ok(())
    }

    fn append(&mut self, _: &[Record]) -> Result<()> {
        Err(Error::Journal {
            action: "write",
            source: "no space".into(),
        })
    }
}

#[test]
fn what_is_not_kept_has_not_happened() {
    let mut registry = Registry::recover(Broken).unwrap();

    let error = registry.register("a", &fixed(1)).unwrap_err();

    assert!(error.is_retriable());
    assert_eq!((error.code(), error.status()), (50001, 500));
    assert_eq!(registry.subjects(Deleted::Included), Vec::<&str>::new());
    assert!(registry.configure(None, level(Level::None)).is_err());
    assert_eq!(registry.config(None).unwrap(), Config::default());
}
