//! What clients write down: a reader that is killed and started again, and an audit that finds whatever is wrong in it.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use palinode_audit::content_digest;
use palinode_sandbox::cluster::{Cluster, Kind};
use rdkafka::{
    ClientConfig,
    producer::{BaseProducer, BaseRecord, Producer},
};
use serde_json::Value;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const CATALOGUE: &str = "\
topics:
  - {name: palinode.journal, partitions: 1, cleanup: delete, retention: null}
  - {name: palinode.schemas, partitions: 1, cleanup: compact, retention: null}
  - {name: things.events, partitions: 1, cleanup: delete, retention: null}
";
const TOPIC: &str = "things.events";

/// A broker with records on a partition.
struct World {
    broker: Cluster,
    producer: BaseProducer,
    folder: TempDir,
}

/// A running reader, killed when it is dropped.
struct Reader(Child);

impl World {
    fn start() -> Self {
        let broker = Cluster::start(Kind::Embedded).unwrap();
        let producer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", broker.bootstrap())
            .set("transactional.id", "writer")
            .create()
            .unwrap();
        let world = Self {
            broker,
            producer,
            folder: tempfile::tempdir().unwrap(),
        };
        fs::write(world.path("catalog.yaml"), CATALOGUE).unwrap();
        let created = world
            .command(&["topics", "create", "--replication", "1"])
            .output()
            .unwrap();
        assert!(created.status.success(), "{created:?}");
        world.producer.init_transactions(PATIENCE).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, in this world.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palinode"));
        command
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .args(words)
            .args(["--bootstrap-servers", self.broker.bootstrap(), "--catalog"])
            .arg(self.path("catalog.yaml"));
        command
    }

    /// Commits these in one transaction; its marker takes an offset as well.
    fn write(&self, values: &[&str]) {
        self.producer.begin_transaction().unwrap();
        for value in values {
            let record: BaseRecord<'_, (), str> = BaseRecord::to(TOPIC).partition(0).payload(*value);
            self.producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        self.producer.commit_transaction(PATIENCE).unwrap();
    }

    /// Starts the reader, and waits until it was handed so many records in all.
    fn reads(&self, handed: usize) -> Reader {
        let mut command = self.command(&["observe", "--name", "reader"]);
        command.arg("--to").arg(self.path("reader"));
        let reader = Reader(command.stdout(Stdio::null()).spawn().unwrap());
        let deadline = Instant::now() + PATIENCE;
        let polled = || {
            let notes = fs::read_to_string(self.path("reader")).unwrap_or_default();
            notes.lines().filter(|line| line.starts_with("polled ")).count()
        };
        while polled() < handed {
            assert!(Instant::now() < deadline, "{} of {handed} records", polled());
            thread::sleep(Duration::from_millis(10));
        }
        reader
    }

    /// The laws that the audit finds broken, by notes that say this.
    fn audit(&self, lines: &[String]) -> Vec<String> {
        let notes = self.path("notes");
        fs::write(&notes, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        let output = self
            .command(&["audit", "--json"])
            .arg("--observed")
            .arg(&notes)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(report["counts"]["observations"], lines.len() - 1);
        let violations = report["violations"].as_array().unwrap();
        assert_eq!(output.status.success(), violations.is_empty());
        let mut broken: Vec<_> = violations
            .iter()
            .map(|found| found["check"].as_str().unwrap().to_owned())
            .collect();
        broken.dedup();
        broken
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What a client says of the topic's partition.
fn line(did: &str, offset: Option<i64>, value: &str) -> String {
    let digest = content_digest(Some(value.as_bytes()));
    let offset = offset.map_or(String::new(), |offset| format!("{offset} "));
    format!("{did} {TOPIC} 0 {offset}{digest:016x}")
}

#[test]
fn whatever_is_wrong_in_what_clients_wrote_down_is_found_by_its_name() {
    // Given a reader that was killed in the middle of a line, and one that goes on with its file
    let world = World::start();
    world.write(&["a", "b", "c"]);
    drop(world.reads(3));
    let mut torn = fs::read_to_string(world.path("reader")).unwrap();
    torn.push_str("polled things.events 0 4 00");
    fs::write(world.path("reader"), torn).unwrap();
    world.write(&["d", "d", "e"]);
    drop(world.reads(6));
    let notes = fs::read_to_string(world.path("reader")).unwrap();
    let lines: Vec<String> = notes.lines().map(str::to_owned).collect();
    let at = |line: &str| lines.iter().position(|it| it == line).unwrap();
    let b = at(&line("polled", Some(1), "b"));
    // Then it was handed each record once, and nothing is wrong
    assert_eq!(world.audit(&lines), [""; 0]);

    // When something else stands there
    let with = |more: String| [&lines[..], &[more]].concat();
    let mut left_out = lines.clone();
    left_out.remove(b);
    let mut swapped = lines.clone();
    swapped.swap(b, b + 1);
    let mut different = lines.clone();
    different[b] = line("polled", Some(1), "B");
    let last = at(&line("polled", Some(6), "e"));
    let c = at(&line("polled", Some(2), "c"));
    let mut taken_back = lines.clone();
    taken_back.insert(c + 1, line("polled", Some(3), "z"));
    let cases: [(&str, Vec<String>, &[&str]); 11] = [
        (
            "a record behind the end",
            with(line("polled", Some(900), "z")),
            &["lost_write"],
        ),
        (
            "a lost record",
            with(line("acknowledged", Some(900), "z")),
            &["lost_write"],
        ),
        (
            "a lost record without a place",
            with(line("confirmed", None, "z")),
            &["lost_write"],
        ),
        (
            "a record never handed out",
            [&lines[..last], &lines[last + 1..]].concat(),
            &["unseen"],
        ),
        ("a record that was taken back", taken_back, &["aborted_read"]),
        (
            "a refused record that stands",
            with(line("refused", None, "c")),
            &["aborted_read"],
        ),
        (
            "a record written twice",
            with(line("confirmed", None, "d")),
            &["duplicate"],
        ),
        ("a record left out", left_out, &["unseen", "poll_skip"]),
        ("records in another order", swapped, &["poll_skip"]),
        ("another content", different, &["inconsistent_offsets"]),
        (
            "another content was written",
            with(line("acknowledged", Some(1), "B")),
            &["inconsistent_offsets"],
        ),
    ];
    // Then the law is named
    for (what, notes, broken) in cases {
        assert_eq!(world.audit(&notes), broken, "{what}");
    }
}
