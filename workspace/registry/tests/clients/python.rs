//! The stock Confluent client for Python, from the set-up's cache.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Everything that the client can ask: it fails with the first thing that is not as it should be.
const SCRIPT: &str = include_str!("python.py");

#[tokio::test]
async fn it_registers_evolves_configures_and_deletes() {
    let base = super::start().await;
    let mut python = Command::new(cache().join("python/bin/python"));
    python.args(["-c", SCRIPT, &base]);

    let output = tokio::task::spawn_blocking(move || python.output())
        .await
        .unwrap()
        .unwrap();

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn cache() -> PathBuf {
    match env::var_os("PALINODE_CACHE") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").unwrap()).join(".cache/palinode"),
    }
}
