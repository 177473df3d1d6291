//! The broker as a process.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use palinode_sandbox::{ports, process::Process};
use tempfile::TempDir;

/// How long anything may take before the test fails.
const DEADLINE: Duration = Duration::from_secs(30);

/// A broker in a process of its own.
pub(crate) struct Host {
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Host {
    /// Starts a broker that takes so many connections.
    pub(crate) fn start(connections_max: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = ports::free().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_palinode-keep"));
        command
            .arg(folder.path().join("data"))
            .arg(port.to_string())
            .arg("never")
            .arg(connections_max.to_string());
        let mut process = Process::spawn("broker", command, folder.path().join("log")).unwrap();
        process
            .wait_until("was not ready", DEADLINE, |process| process.output().contains("ready"))
            .unwrap();
        Self {
            process,
            port,
            _folder: folder,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The memory that the broker has.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Asks again and again until it is so.
    pub(crate) fn until(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + DEADLINE;
        while !condition() {
            assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
