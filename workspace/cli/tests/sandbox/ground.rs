//! A sandbox that runs as a process of its own, and what one asks of it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

/// How long anything may take before a test fails.
const DEADLINE: Duration = Duration::from_secs(60);
pub(crate) const LOOK: Duration = Duration::from_millis(50);
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A running sandbox.
pub(crate) struct Sandbox {
    process: Child,
    pub(crate) kafka: String,
    control: String,
    pub(crate) orchestrator: String,
    _output: BufReader<ChildStdout>,
}

impl Sandbox {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(more: &[&str]) -> Self {
        Self::of("sagas/order-fulfilment.yaml", more)
    }

    /// One of another definition.
    pub(crate) fn of(definition: &str, more: &[&str]) -> Self {
        let mut process = palinode(&["sandbox", "--definition", definition])
            .args([
                "--port",
                "0",
                "--registry-port",
                "0",
                "--http-port",
                "0",
                "--control-port",
                "0",
            ])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (mut kafka, mut control, mut orchestrator) = (String::new(), String::new(), String::new());
        let mut line = String::new();
        while !line.starts_with("Ctrl-C") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "the sandbox ended");
            if let Some(address) = line.trim().strip_prefix("Kafka ") {
                kafka = address.trim().to_owned();
            }
            if let Some(address) = line.trim().strip_prefix("Control ") {
                control = address.trim().to_owned();
            }
            if let Some(address) = line.trim().strip_prefix("Orchestrator ") {
                orchestrator = address.trim().to_owned();
            }
        }
        Self {
            process,
            kafka,
            control,
            orchestrator,
            _output: output,
        }
    }

    /// Runs a subcommand for this sandbox, which must work.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = palinode(&["sandbox"])
            .args(arguments)
            .args(["--control", &self.control])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a subcommand for this sandbox, which must be refused, and gives what is told.
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let output = palinode(&["sandbox"])
            .args(arguments)
            .args(["--control", &self.control])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Ends it as a machine without power does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// A number of a stub's status.
    pub(crate) fn stub(&self, command: &str, number: &str) -> Option<u64> {
        self.status()["stubs"][command][number].as_u64()
    }

    /// Waits until a number of a stub's status is this one.
    pub(crate) fn stub_reaches(&self, command: &str, number: &str, wanted: u64) {
        until(&format!("{wanted} {number} of {command}"), || {
            let found = self.stub(command, number);
            (found == Some(wanted))
                .then_some(())
                .ok_or_else(|| format!("{found:?}"))
        });
    }

    /// Ends it as a person does, which must work.
    pub(crate) fn end(&mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        assert!(asked.unwrap().success());
        until("ended", || match self.process.try_wait().unwrap() {
            Some(status) if status.success() => Ok(()),
            other => Err(format!("{other:?}")),
        });
    }

    pub(crate) fn status(&self) -> Json {
        get(&format!("{}/status", self.control))
    }

    /// Waits until as many sagas have ended in these two ways.
    pub(crate) fn ends(&self, completed: u64, compensated: u64) {
        let wanted = (Some(completed), Some(compensated));
        until(&format!("{wanted:?} sagas"), || {
            let sagas = &self.status()["sagas"];
            let found = (sagas["completed"].as_u64(), sagas["compensated"].as_u64());
            (found == wanted).then_some(()).ok_or_else(|| sagas.to_string())
        });
    }

    /// Waits until a saga stands so.
    pub(crate) fn stands(&self, key: &str, wanted: &str) {
        let url = format!("{}/sagas/order-fulfilment/{key}", self.orchestrator);
        until(&format!("{key} is {wanted}"), || {
            let saga = get(&url);
            (saga["status"] == wanted).then_some(()).ok_or_else(|| saga.to_string())
        });
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It has ended already when the test asked it to.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn palinode(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palinode"));
    command.args(arguments).current_dir(REPOSITORY);
    command
}

pub(crate) fn get(url: &str) -> Json {
    let answer = ureq::get(url)
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string());
    answer
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

pub(crate) fn until(what: &str, mut look: impl FnMut() -> Result<(), String>) {
    let end = Instant::now() + DEADLINE;
    while let Err(found) = look() {
        assert!(Instant::now() < end, "not {what}: {found}");
        thread::sleep(LOOK);
    }
}
