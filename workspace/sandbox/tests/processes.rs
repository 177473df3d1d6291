//! No process outlives whoever started it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use palinode_sandbox::Error;
use palinode_sandbox::process::Process;

const SOON: Duration = Duration::from_secs(20);

/// A shell that starts a process of its own, prints its id and waits for it.
const FAMILY: &str = "sleep 1000 & echo $!; wait";

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// Running, and not merely waiting to be reaped.
fn is_alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    !stat.rsplit(") ").next().unwrap().starts_with('Z')
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {SOON:?}: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn grandchild(log: &Path) -> u32 {
    let id = || std::fs::read_to_string(log).ok()?.trim().parse().ok();
    eventually("the grandchild says its id", || id().is_some());
    id().unwrap()
}

#[test]
fn dropping_a_process_kills_its_whole_family() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let process = Process::spawn("family", shell(FAMILY), &log).unwrap();
    let (child, grandchild) = (process.pid(), grandchild(&log));
    assert!(is_alive(child) && is_alive(grandchild));

    drop(process);

    eventually("the child is gone", || !is_alive(child));
    eventually("the grandchild is gone", || !is_alive(grandchild));
}

#[test]
fn a_family_dies_with_a_parent_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut parent = Command::new(env!("CARGO_BIN_EXE_palinode-hold"))
        .arg(&log)
        .args(["sh", "-c", FAMILY])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (child, grandchild) = (line.trim().parse().unwrap(), grandchild(&log));
    assert!(is_alive(child) && is_alive(grandchild));

    parent.kill().unwrap();
    parent.wait().unwrap();

    eventually("the child is gone", || !is_alive(child));
    eventually("the grandchild is gone", || !is_alive(grandchild));
}

#[test]
fn a_process_that_heeds_the_request_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let script = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done";
    let mut process = Process::spawn("polite", shell(script), &log).unwrap();
    process
        .wait_until("was not ready", SOON, |process| process.output().contains("ready"))
        .unwrap();

    let status = process.stop(SOON).unwrap();

    assert_eq!(status.code(), Some(7));
    assert_eq!(process.output(), "ready\nbye\n");
}

#[test]
fn a_process_that_does_not_heed_the_request_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' TERM; echo ready; while :; do sleep 0.01; done";
    let mut process = Process::spawn("stubborn", shell(script), folder.path().join("log")).unwrap();
    process
        .wait_until("was not ready", SOON, |process| process.output().contains("ready"))
        .unwrap();

    let error = process.stop(Duration::from_millis(200)).unwrap_err();

    assert!(matches!(error, Error::Late { .. }), "{error}");
    assert!(!is_alive(process.pid()));
}

#[test]
fn a_paused_process_does_nothing_until_it_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let script = "while :; do echo tick; sleep 0.01; done";
    let mut process = Process::spawn("ticking", shell(script), folder.path().join("log")).unwrap();
    process
        .wait_until("did not tick", SOON, |process| process.output().contains("tick"))
        .unwrap();

    process.pause().unwrap();
    let stat = format!("/proc/{}/stat", process.pid());
    eventually("the process stands still", || {
        std::fs::read_to_string(&stat).unwrap().contains(") T ")
    });
    let before = process.output().len();
    process.resume().unwrap();

    process
        .wait_until("did not go on", SOON, |process| process.output().len() > before)
        .unwrap();
}

#[test]
fn an_early_end_shows_the_end_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut process = Process::spawn("service", shell("echo out of paper; exit 3"), &log).unwrap();

    let error = process
        .wait_until("was not ready", SOON, |_| false)
        .unwrap_err()
        .to_string();

    assert!(error.contains("service has ended (exit status: 3)"), "{error}");
    assert!(error.contains(&log.display().to_string()), "{error}");
    assert!(error.ends_with("out of paper"), "{error}");
}

#[test]
fn a_missing_program_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();

    let error = Process::spawn("x", Command::new("no-such-program"), folder.path().join("log")).unwrap_err();

    assert_eq!(error.to_string(), "no-such-program is not installed: run 'make setup'");
}
