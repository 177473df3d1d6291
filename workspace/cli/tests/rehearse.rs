//! `palinode test` and `palinode replay`, as a service team and its CI run them.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before a test fails.
const DEADLINE: Duration = Duration::from_secs(60);

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const FAILING: &str = "
definition: DEFINITION
schemas: SCHEMAS
start: { order_id: o-1, customer_id: c-1, customer_name: Ada, items: [], total_minor: 1, currency: EUR, \
                       promised_delivery_at: 1, placed_at: 1 }
scenarios:
  - scenario: it ends otherwise
    expect: { end: compensated }
";

fn palinode(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palinode"))
        .args(arguments)
        .current_dir(REPOSITORY)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A file of scenarios in `folder` that names the repository's definition and schemas.
fn file(folder: &Path, text: &str) -> String {
    let path = folder.join("orders.test.yaml");
    let text = text
        .replace("DEFINITION", &format!("{REPOSITORY}/sagas/order-fulfilment.yaml"))
        .replace("SCHEMAS", &format!("{REPOSITORY}/schemas"));
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_scenarios_of_the_repository_hold_and_are_written_for_ci() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("junit.xml");
    let output = palinode(&["test", "--min-coverage", "95", "--junit", junit.to_str().unwrap()]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("coverage: "), "{text}");
    assert!(text.contains(" 0 not as expected"), "{text}");
    let xml = fs::read_to_string(junit).unwrap();
    assert!(
        xml.contains("<testsuite name=\"sagas/order-fulfilment.test.yaml\""),
        "{xml}"
    );
}

#[test]
fn scenarios_are_no_definitions() {
    let output = palinode(&["validate", "sagas", "--schemas", "schemas"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn a_scenario_that_fails_ends_with_1_and_tells_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), FAILING);
    let output = palinode(&["test", &file]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains(&format!(
            "{file}:7:20: the saga should be compensated, and it is completed"
        )),
        "{text}"
    );
}

#[test]
fn too_little_coverage_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), &FAILING.replace("compensated", "completed"));
    assert_eq!(palinode(&["test", &file]).status.code(), Some(0));
    let output = palinode(&["test", &file, "--min-coverage", "80"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("80 % are asked for"), "{}", told(&output));
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.test.yaml");
    for (bytes, place, code) in [
        (
            &b"definition: a.yaml\nscenarios:\n  - scenario: \xff\n"[..],
            ":3:15: error: the text is not UTF-8",
            1,
        ),
        (b"definition: [", ": error: the text cannot be read as YAML", 1),
        (
            b"definition: nowhere.yaml\nscenarios: []\n",
            "nowhere.yaml cannot be read",
            2,
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        let output = palinode(&["test", "--schemas", "schemas", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(told(&output).contains(place), "{}", told(&output));
    }
    let long = format!("definition: a.yaml\n#{}\n", "x".repeat(1024 * 1024));
    fs::write(&path, long).unwrap();
    let output = palinode(&["test", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert_eq!(
        palinode(&["test", "docs"]).status.code(),
        Some(2),
        "there is no file of scenarios"
    );
}

#[test]
fn a_recording_that_is_none_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    fs::write(&path, "{}\n").unwrap();
    let definition = ["--definition", "sagas/order-fulfilment.yaml"];
    let output = palinode(&[&["replay", "--journal", path.to_str().unwrap()], &definition[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(
        told(&output).contains("does not begin with the line"),
        "{}",
        told(&output)
    );
}

/// A sandbox, ended with the test.
struct Sandbox {
    process: Child,
    kafka: String,
    control: String,
}

impl Sandbox {
    fn start() -> Self {
        let ports = ["--port", "--registry-port", "--http-port", "--control-port"];
        let mut process = Command::new(env!("CARGO_BIN_EXE_palinode"))
            .args(["sandbox", "--definition", "sagas/order-fulfilment.yaml"])
            .args(ports.iter().flat_map(|port| [*port, "0"]))
            .current_dir(REPOSITORY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (mut kafka, mut control, mut line) = (String::new(), String::new(), String::new());
        while !line.starts_with("Ctrl-C") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "the sandbox ended");
            for (name, address) in [("Kafka ", &mut kafka), ("Control ", &mut control)] {
                if let Some(found) = line.trim().strip_prefix(name) {
                    *address = found.trim().to_owned();
                }
            }
        }
        // Whatever it still says has somewhere to go.
        thread::spawn(move || output.lines().for_each(drop));
        Self {
            process,
            kafka,
            control,
        }
    }

    /// Lets orders be sent, and waits until all have ended.
    fn ship(&self, count: usize) {
        let sent = palinode(&[
            "sandbox",
            "send",
            "order-fulfilment",
            "--count",
            &count.to_string(),
            "--control",
            &self.control,
        ]);
        assert!(sent.status.success(), "{}", told(&sent));
        let end = Instant::now() + DEADLINE;
        loop {
            let status = told(&palinode(&["sandbox", "status", "--control", &self.control]));
            if status.contains(&format!("{count} completed")) {
                return;
            }
            assert!(Instant::now() < end, "{status}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_sagas_of_a_journal_are_replayed_from_its_topic_and_from_a_file() {
    let sandbox = Sandbox::start();
    sandbox.ship(3);
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("journal.jsonl");
    let saved = saved.to_str().unwrap();

    let definition = ["replay", "--definition", "sagas/order-fulfilment.yaml"];
    let from_topic = palinode(
        &[
            &definition[..],
            &["--bootstrap-servers", &sandbox.kafka, "--save", saved],
        ]
        .concat(),
    );
    let text = told(&from_topic);
    assert_eq!(from_topic.status.code(), Some(0), "{text}");
    assert!(text.contains("3 recorded saga(s) of order-fulfilment"), "{text}");

    let from_file = palinode(&[&definition[..], &["--journal", saved, "--json"]].concat());
    let tally: serde_json::Value = serde_json::from_slice(&from_file.stdout).unwrap();
    assert_eq!((&tally["sagas"], &tally["same_end"]), (&3.into(), &3.into()), "{tally}");

    let order = fs::read_to_string(format!("{REPOSITORY}/sagas/order-fulfilment.yaml")).unwrap();
    let changed = folder.path().join("changed.yaml");
    fs::write(&changed, order.replacen("  - id: capture\n", "  - id: charge\n", 1)).unwrap();
    let changed = palinode(&["replay", "--definition", changed.to_str().unwrap(), "--journal", saved]);
    let text = told(&changed);
    assert_eq!(changed.status.code(), Some(1), "{text}");
    assert!(text.contains("need data that is not recorded"), "{text}");
    assert!(text.contains("step charge"), "{text}");
}
