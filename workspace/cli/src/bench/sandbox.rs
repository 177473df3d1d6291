//! What a user of the sandbox waits for and pays: its start, its memory at rest, and the whole demo.

use std::{
    env,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use palinode_sandbox::process::Process;

use super::{
    arguments::Arguments,
    figures::{Bar, Figures, short},
    processor,
};

/// How long a start may take before it counts as failed.
const READY_AT_MOST: Duration = Duration::from_secs(60);
/// How long the sandbox rests before its memory is looked at: what its start took has been given back by then.
const REST: Duration = Duration::from_secs(3);
/// An orderly end.
const STOP_AT_MOST: Duration = Duration::from_secs(20);
/// How long a demo may take before it counts as failed.
const DEMO_AT_MOST: Duration = Duration::from_secs(120);
/// The orders of a demo, as of `make demo`.
const ORDERS: &str = "200";
/// What the sandbox says when a saga that is started is carried.
const READY: &str = "The sandbox is ready";

/// Measures all runs. Nothing else of the benchmark runs meanwhile.
pub(super) fn measure(arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("palinode-bench-").tempdir()?;
    for number in 1..=arguments.runs() {
        let (ready, rest_mib) = start_and_rest(&folder.path().join(format!("sandbox-{number}.log")))?;
        let demo = demo(&folder.path().join(format!("demo-{number}.log")))?;
        println!(
            "sandbox {number}: ready after {} s, {} MiB at rest; demo of {ORDERS} orders: {} s",
            short(ready.as_secs_f64()),
            short(rest_mib),
            short(demo.as_secs_f64())
        );
        let bar = |at_most| Some(Bar::AtMost(at_most));
        figures.add("sandbox: start to ready", "s", bar(1.0), ready.as_secs_f64());
        figures.add("sandbox: memory at rest", "MiB", bar(90.0), rest_mib);
        figures.add("demo of 200 orders, in all", "s", bar(15.0), demo.as_secs_f64());
    }
    Ok(())
}

/// A sandbox of the order saga on free ports: how long its start takes, and how much memory it then has.
fn start_and_rest(log: &Path) -> anyhow::Result<(Duration, f64)> {
    let mut command = this_program()?;
    command.args(["sandbox", "--definition", "sagas/order-fulfilment.yaml"]);
    for port in ["--port", "--registry-port", "--http-port", "--control-port"] {
        command.args([port, "0"]);
    }
    let begun = Instant::now();
    let mut process = Process::spawn("the sandbox", command, log)?;
    process.wait_until("was not ready", READY_AT_MOST, |process| {
        process.output().contains(READY)
    })?;
    let ready = begun.elapsed();
    thread::sleep(REST);
    let rest = processor::resident_mib(process.pid())?;
    process.stop(STOP_AT_MOST)?;
    Ok((ready, rest))
}

/// A whole demo on the embedded broker, from the start of the program to its end.
fn demo(log: &Path) -> anyhow::Result<Duration> {
    let mut command = this_program()?;
    command.args(["demo", "--orders", ORDERS]);
    let begun = Instant::now();
    let mut process = Process::spawn("the demo", command, log)?;
    let status = process.wait(DEMO_AT_MOST)?;
    let took = begun.elapsed();
    ensure!(status.success(), "the demo failed: {}", process.output());
    Ok(took)
}

/// Another process of this program, on its embedded broker.
fn this_program() -> anyhow::Result<Command> {
    let mut command = Command::new(env::current_exe().context("this program does not find itself")?);
    command.env_remove("KAFKA").env_remove("BOOTSTRAP");
    Ok(command)
}
