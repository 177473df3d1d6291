//! A whole sandbox, as an author of sagas runs it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

/// How long anything may take before a test fails.
const DEADLINE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A running sandbox.
struct Sandbox {
    process: Child,
    control: String,
    orchestrator: String,
    _output: BufReader<ChildStdout>,
}

impl Sandbox {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(more: &[&str]) -> Self {
        let mut process = palinode(&["sandbox", "--definition", "sagas/order-fulfilment.yaml"])
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
        let (mut control, mut orchestrator) = (String::new(), String::new());
        let mut line = String::new();
        while !line.starts_with("Ctrl-C") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "the sandbox ended");
            if let Some(address) = line.trim().strip_prefix("Control ") {
                control = address.trim().to_owned();
            }
            if let Some(address) = line.trim().strip_prefix("Orchestrator ") {
                orchestrator = address.trim().to_owned();
            }
        }
        Self {
            process,
            control,
            orchestrator,
            _output: output,
        }
    }

    /// Runs a subcommand for this sandbox, which must work.
    fn run(&self, arguments: &[&str]) -> String {
        let output = palinode(&["sandbox"])
            .args(arguments)
            .args(["--control", &self.control])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends it as a person does, which must work.
    fn end(&mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        assert!(asked.unwrap().success());
        until("ended", || match self.process.try_wait().unwrap() {
            Some(status) if status.success() => Ok(()),
            other => Err(format!("{other:?}")),
        });
    }

    fn status(&self) -> Json {
        get(&format!("{}/status", self.control))
    }

    /// Waits until as many sagas have ended in these two ways.
    fn ends(&self, completed: u64, compensated: u64) {
        let wanted = (Some(completed), Some(compensated));
        until(&format!("{wanted:?} sagas"), || {
            let sagas = &self.status()["sagas"];
            let found = (sagas["completed"].as_u64(), sagas["compensated"].as_u64());
            (found == wanted).then_some(()).ok_or_else(|| sagas.to_string())
        });
    }

    /// Waits until a saga stands so.
    fn stands(&self, key: &str, wanted: &str) {
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

fn palinode(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palinode"));
    command.args(arguments).current_dir(REPOSITORY);
    command
}

fn get(url: &str) -> Json {
    let answer = ureq::get(url)
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string());
    answer
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn until(what: &str, mut look: impl FnMut() -> Result<(), String>) {
    let end = Instant::now() + DEADLINE;
    while let Err(found) = look() {
        assert!(Instant::now() < end, "not {what}: {found}");
        thread::sleep(LOOK);
    }
}

#[test]
fn twenty_sagas_complete_and_the_sandbox_ends_in_order() {
    let mut sandbox = Sandbox::start();

    let keys = sandbox.run(&["send", "order-fulfilment", "--count", "20"]);
    sandbox.ends(20, 0);

    assert!(keys.contains("20 in all"), "{keys}");
    let told = sandbox.run(&["status"]);
    assert!(told.contains("20 sent, 0 open, 20 completed"), "{told}");

    sandbox.end();
}

#[test]
fn what_the_warehouse_refuses_is_taken_back() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "PickItems", "--failures", "1.0"]);
    sandbox.run(&["stub", "ReservePayment", "--duplicates", "1.0"]);

    sandbox.run(&["send", "order-fulfilment", "--count", "20"]);

    sandbox.ends(0, 20);
    let refused = &sandbox.status()["stubs"]["shop.warehouse.PickItems"]["failed"];
    assert_eq!(refused.as_u64(), Some(20));
}

#[test]
fn a_leap_of_three_days_passes_the_deadline_of_a_suspended_saga() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "ReservePayment", "--outage"]);
    sandbox.run(&["send", "order-fulfilment", "--key", "o-1"]);
    // The stock is reserved at once; then time-outs and pauses of the payment pass until no attempt is left.
    until("the stock is reserved", || {
        let stock = &sandbox.status()["stubs"]["shop.warehouse.PickItems"]["succeeded"];
        (stock.as_u64() == Some(1))
            .then_some(())
            .ok_or_else(|| stock.to_string())
    });
    let url = format!("{}/sagas/order-fulfilment/o-1", sandbox.orchestrator);
    until("suspended", || {
        let saga = get(&url);
        if saga["status"] == "suspended" {
            return Ok(());
        }
        sandbox.run(&["clock", "+6s"]);
        thread::sleep(LOOK * 10);
        Err(saga.to_string())
    });

    sandbox.run(&["clock", "+3d"]);

    sandbox.ends(0, 1);
    let status = sandbox.status();
    assert_eq!(
        status["tasks"],
        serde_json::json!([3, 3]),
        "no task was lost in the leap"
    );
    assert!(status["moved_seconds"].as_u64() >= Some(3 * 24 * 3600));
}

#[test]
fn an_outage_holds_sagas_until_the_stub_is_back() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "StartFulfilment", "--outage"]);
    sandbox.run(&["send", "order-fulfilment", "--count", "5", "--key", "o"]);
    until("five commands wait", || {
        let waiting = &sandbox.status()["stubs"]["shop.warehouse.StartFulfilment"]["waiting"];
        (waiting.as_u64() >= Some(5))
            .then_some(())
            .ok_or_else(|| waiting.to_string())
    });
    assert_eq!(sandbox.status()["sagas"]["completed"], 0);
    sandbox.stands("o-1", "running");

    sandbox.run(&["stub", "StartFulfilment", "--back"]);

    sandbox.ends(5, 0);
}

#[test]
fn a_sandbox_with_a_folder_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let mut first = Sandbox::start_with(&data);
    first.run(&["clock", "+1d"]);
    first.run(&["stub", "StartFulfilment", "--outage"]);
    first.run(&["send", "order-fulfilment", "--key", "o-1"]);
    until("a command waits", || {
        let waiting = &first.status()["stubs"]["shop.warehouse.StartFulfilment"]["waiting"];
        (waiting.as_u64() >= Some(1))
            .then_some(())
            .ok_or_else(|| waiting.to_string())
    });
    first.end();

    let second = Sandbox::start_with(&data);

    second.stands("o-1", "running");
    assert_eq!(second.status()["moved_seconds"], 24 * 3600);
    // The command went with the stub, and is sent again after its time-out.
    until("completed", || {
        let sagas = second.status()["sagas"].clone();
        if sagas["completed"] == 1 {
            return Ok(());
        }
        second.run(&["clock", "+3m"]);
        thread::sleep(LOOK * 10);
        Err(sagas.to_string())
    });
}

#[test]
fn another_broker_is_not_talked_to_by_a_slip() {
    let output = palinode(&["sandbox", "--bootstrap", "kafka:9092"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--yes-this-is-not-production"));
}
