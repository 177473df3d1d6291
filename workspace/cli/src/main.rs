//! The `palinode` command.

mod arguments;
mod audit;
mod backup;
mod bench;
mod cluster;
mod definitions;
mod demo;
mod observe;
mod replay;
mod run;
mod saga;
mod sandbox;
mod service;
#[cfg(feature = "simulation")]
mod simulate;
mod test;
mod topics;
mod validate;
mod verify;

use std::{io::Write, process::ExitCode};

use arguments::{Arguments, Command};
use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// For Rust and, by its plain names, for librdkafka and RocksDB: what one thread allocates another one frees, some hundred
/// times a saga, for which the allocator of glibc takes a quarter of the orchestrator's processor time.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// The command did what it was asked to.
const DONE: u8 = 0;
/// The command found what it was to look for: errors in a definition, violations, no such saga.
const FOUND: u8 = 1;
/// The command could not do what it was asked to. (Clap ends with 2 as well when the arguments are wrong.)
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // TLS is chosen once for the process; it fails only when it has been chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let result = match arguments.command {
        Command::Run(run) => run::run(&run),
        Command::Validate(validate) => validate::validate(&validate),
        Command::Test(arguments) => test::test(&arguments),
        Command::Replay(arguments) => replay::replay(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Definitions(definitions) => definitions::definitions(&definitions),
        Command::Topics(topics) => topics::topics(&topics),
        Command::Saga(saga) => saga::saga(&saga),
        Command::Audit(audit) => audit::audit(&audit),
        Command::Observe(observe) => observe::observe(&observe),
        Command::Backup(backup) => backup::backup(&backup),
        Command::Demo(demo) => demo::demo(&demo),
        #[cfg(feature = "simulation")]
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Sandbox(sandbox) => sandbox::sandbox(&sandbox),
        Command::Service(service) => service::service(&service),
    };
    match result {
        Ok(Verdict::Done) => ExitCode::from(DONE),
        Ok(Verdict::Found) => ExitCode::from(FOUND),
        // Whoever read the output, `head` for example, has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(DONE),
        Err(error) => {
            eprintln!("palinode: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Prints a line of a command's result.
fn say(line: impl std::fmt::Display) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// How a command that worked ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// All is well.
    Done,
    /// It found what it was to look for.
    Found,
}
