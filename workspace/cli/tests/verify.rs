//! `palinode verify`, as a service team and its CI run it.

use std::{fs, path::Path, process::Command};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const BROKEN: &str = "workspace/verify/tests/broken";

/// What the program says, and its exit code.
fn verify(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_palinode"))
        .arg("verify")
        .args(arguments)
        .current_dir(REPOSITORY)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

fn broken(name: &str) -> String {
    format!("{BROKEN}/{name}.yaml")
}

#[test]
fn the_definitions_of_the_repository_are_proved_with_states_and_time() {
    let (told, errors, code) = verify(&[]);
    assert_eq!(code, Some(0), "{told}{errors}");
    assert!(told.contains("order-fulfilment version"), "{told}");
    assert!(told.contains(": proved\n  explored "), "{told}");
    assert!(told.contains(" states by "), "{told}");
    assert!(
        told.contains("  took ") && told.contains(" MiB for its states"),
        "{told}"
    );
}

#[test]
fn examples_are_proved() {
    for (file, title) in [
        ("goods-returned", "goods-returned version 1, 7 steps"),
        ("outing", "outing version 1, 2 steps"),
        ("table-reservation", "table-reservation version 1, 1 steps"),
    ] {
        let (told, errors, code) = verify(&[&format!("examples/{file}.yaml")]);
        assert_eq!(code, Some(0), "{told}{errors}");
        assert!(told.contains(&format!("{title}: proved\n")), "{told}");
    }
}

/// It takes longer than the others: `make test-long` asks for it.
#[test]
fn the_example_with_the_whole_language_is_proved_when_there_is_time() {
    let is_long = std::env::var("PROPTEST_CASES").is_ok_and(|cases| cases.parse().is_ok_and(|cases: u32| cases > 256));
    let (states_max, expected) = if is_long { ("10000000", 0) } else { ("5000", 2) };
    let (told, errors, code) = verify(&["--states-max", states_max, "examples/travel-booking.yaml"]);
    assert_eq!(code, Some(expected), "{told}{errors}");
    assert!(!told.contains("violation["), "{told}");
}

#[test]
fn a_violation_is_told_as_a_story_and_a_diagram_and_ends_with_1() {
    let file = broken("attempts_outlive_the_deadline");
    let (told, errors, code) = verify(&[&file]);
    assert_eq!(code, Some(1), "{told}{errors}");
    assert!(
        told.contains(&format!("{file}: violation[attempts-never-made]: ")),
        "{told}"
    );
    assert!(told.contains("\n   1. [0s] TripOrdered starts the saga."), "{told}");
    assert!(told.contains("```mermaid\nsequenceDiagram\n"), "{told}");
}

#[test]
fn a_warning_counts_only_when_asked_for() {
    let file = broken("no_deadline");
    let (told, _, code) = verify(&[&file]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("warning[no-deadline]") && !told.contains("mermaid"),
        "{told}"
    );
    assert_eq!(verify(&["--strict", &file]).2, Some(1));
    let (told, _, _) = verify(&["--diagrams", &file]);
    assert!(told.contains("```mermaid\n"), "{told}");
}

#[test]
fn machines_get_json() {
    let file = broken("two_mistakes");
    let (told, errors, code) = verify(&["--json", &file]);
    assert_eq!(code, Some(1), "{told}{errors}");
    let read: serde_json::Value = serde_json::from_str(&told).unwrap();
    let one = &read[0];
    assert_eq!(one["file"], file.as_str());
    assert_eq!(one["is_proved"], false);
    assert!(one["seconds"].as_f64().unwrap() > 0.0);
    assert!(one["explored"]["states"].as_u64().unwrap() > 0, "{told}");
    assert_eq!(one["findings"][0]["rule"], "deadline-too-short");
    assert_eq!(one["findings"][0]["severity"], "violation");
    assert!(one["findings"][0]["story"][0]["text"].is_string(), "{told}");
}

#[test]
fn what_is_not_explored_is_not_proved_and_ends_with_2() {
    let (told, errors, code) = verify(&["--states-max", "50", "sagas"]);
    assert_eq!(code, Some(2), "{told}{errors}");
    assert!(
        told.contains("not proved: there are more states than the limit"),
        "{told}"
    );
    assert!(errors.contains("--states-max"), "{errors}");
}

#[test]
fn every_order_finds_the_same() {
    let (told, errors, code) = verify(&["--every-order", &broken("no_deadline")]);
    assert_eq!(code, Some(0), "{told}{errors}");
    assert!(told.contains("warning[no-deadline]"), "{told}");
}

#[test]
fn an_error_in_a_definition_is_told_with_its_place_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.yaml");
    fs::write(&file, "apiVersion: palinode/v1\nsaga: 1 2\n").unwrap();
    let (told, errors, code) = verify(&[text(&file)]);
    assert_eq!(code, Some(1), "{told}{errors}");
    assert!(format!("{told}{errors}").contains("wrong.yaml:"), "{told}{errors}");
}

#[test]
fn a_file_that_cannot_be_read_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let (_, errors, code) = verify(&[text(&folder.path().join("missing.yaml"))]);
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("missing.yaml"), "{errors}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
