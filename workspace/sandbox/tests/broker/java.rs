//! The Java client, as the set-up brings it with Kafka: its producers, consumers and administrator work unmodified.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use palinode_sandbox::{cache, process::Process};

use crate::peers::{self, Checked};

/// How long all checks may take. Together they take some seconds; a machine with other work may need a multiple.
const AT_MOST: Duration = Duration::from_secs(180);
/// How many checks there are: one that is not run is no success.
const CHECKS: usize = 19;

#[test]
fn the_java_client_works_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let classes = folder.path().join("classes");
    compile(&classes);
    for broker in peers::brokers() {
        let mut java = Command::new("java");
        java.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"])
            .args(["-Dorg.apache.logging.log4j.level=OFF", "-cp"])
            .arg(format!("{}:{}", classes.display(), jars()))
            .args(["Checks", &broker.bootstrap()]);
        let process = Process::spawn("the Java client", java, folder.path().join("log")).unwrap();
        Checked::of(process, AT_MOST).assert_all_passed(CHECKS, &broker);
    }
}

/// The jars of Kafka, among them `kafka-clients` and what it needs. Java knows this pattern as all of a folder.
fn jars() -> String {
    cache::folder().join("kafka-4.4.0/libs/*").display().to_string()
}

/// Compiles the checks for the oldest Java that the set-up takes.
fn compile(classes: &Path) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java");
    let mut files: Vec<PathBuf> = fs::read_dir(sources)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let output = Command::new("javac")
        .args(["--release", "17", "-Xlint:all", "-Xlint:-options", "-Werror", "-d"])
        .arg(classes)
        .args(["-proc:none", "-cp", &jars()])
        .args(files)
        .output()
        .expect("'make setup' brings a compiler of Java");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
