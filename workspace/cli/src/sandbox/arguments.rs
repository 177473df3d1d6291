//! The arguments of `palinode sandbox`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{forcing::Forcing, span::Span};

/// Arguments of `palinode sandbox`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Sandbox {
    /// What to do with a sandbox that runs; none: run one.
    #[command(subcommand)]
    pub(super) action: Option<Action>,
    /// What to run.
    #[command(flatten)]
    pub(super) run: Run,
}

/// What a sandbox consists of.
#[derive(Clone, Debug, Args)]
pub(super) struct Run {
    /// Definition files, or folders of them. Repeat for more.
    #[arg(long = "definition", value_name = "FILE", default_value = "sagas")]
    pub(super) definitions: Vec<PathBuf>,
    /// The folder of the Avro schemas (*.avsc) of all records.
    #[arg(long, default_value = "schemas")]
    pub(super) schemas: PathBuf,
    /// The catalogue of topics; what it does not list but a definition names is created all the same.
    #[arg(long)]
    pub(super) catalog: Option<PathBuf>,
    /// How the stubs behave (YAML); see docs/sandbox.md. None: each answers at once, with success.
    #[arg(long)]
    pub(super) rules: Option<PathBuf>,
    /// Keep everything in this folder: the next start goes on where this one ends. None: all is in memory.
    #[arg(long, value_name = "FOLDER", conflicts_with = "bootstrap")]
    pub(super) data: Option<PathBuf>,
    /// When what is written into --data is forced to the disk: always (before each answer), never (the operating system
    /// does so when it likes), or how often. A killed sandbox loses nothing under any of them; a machine without power may.
    #[arg(long, value_name = "WHEN", default_value = "1s", requires = "data")]
    pub(super) sync: Forcing,
    /// Begin where this snapshot was taken; the snapshot stays as it is.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "bootstrap")]
    pub(super) from: Option<PathBuf>,
    /// When the sandbox ends, write what came from outside into this file, as --replay plays it.
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// Play this scenario: time is moved instead of waited for.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bootstrap", "from", "data"])]
    pub(super) replay: Option<PathBuf>,
    /// End when the scenario is played.
    #[arg(long, requires = "replay")]
    pub(super) end_after_replay: bool,
    /// Partitions of every topic, and tasks of the orchestrator.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(super) partitions: i32,
    /// The port of the Kafka broker; 0 takes a free one, as for all ports.
    #[arg(long, default_value_t = 9092)]
    pub(super) port: u16,
    /// The port of the schema registry.
    #[arg(long, default_value_t = 8081)]
    pub(super) registry_port: u16,
    /// The port of the orchestrator's HTTP server.
    #[arg(long, default_value_t = 8080)]
    pub(super) http_port: u16,
    /// The port by which `palinode sandbox send` and the other subcommands reach this sandbox.
    #[arg(long, default_value_t = 8079)]
    pub(super) control_port: u16,
    /// Use this Kafka instead of the embedded one: topics are created there and test data is written. Only together with
    /// --yes-this-is-not-production.
    #[arg(long, value_name = "HOST:PORT", requires = "yes_this_is_not_production")]
    pub(super) bootstrap: Option<String>,
    /// Says that the Kafka of --bootstrap may be filled with test data.
    #[arg(long, requires = "bootstrap")]
    pub(super) yes_this_is_not_production: bool,
    /// Which log lines are written, for example info or warn,palinode_engine=debug.
    #[arg(long, default_value = "error")]
    pub(super) log: String,
}

/// What to do with a sandbox that runs.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Send the event that starts a saga, filled with valid random data.
    Send(Send),
    /// Move time forward: deadlines and time-outs that it passes fall due.
    Clock(Clock),
    /// Change how the stub of a command behaves, from now on.
    Stub(Stub),
    /// Say where the sandbox stands.
    Status(Target),
    /// Write everything that the sandbox holds into a new folder.
    Snapshot(Snapshot),
    /// Put the sandbox back to where a snapshot was taken; its addresses stay.
    Restore(Snapshot),
    /// Print what came from outside until now, as --replay plays it.
    Scenario(Target),
}

/// Which sandbox.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// Where the sandbox takes orders.
    #[arg(long, default_value = "http://127.0.0.1:8079", env = "PALINODE_SANDBOX")]
    pub(super) control: String,
}

/// Arguments of `palinode sandbox send`.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The definition, for example order-fulfilment.
    pub(super) definition: String,
    /// The saga's key; none: a new one.
    #[arg(long)]
    pub(super) key: Option<String>,
    /// How many sagas to start; their keys are numbered when --key is given.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) count: u32,
    /// Send the event that asks to cancel the saga with this --key instead.
    #[arg(long, requires = "key")]
    pub(super) cancel: bool,
    /// The value of a field, as JSON or text, for example total_minor=4200. Repeat for more.
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub(super) fields: Vec<String>,
    #[command(flatten)]
    pub(super) target: Target,
}

/// Arguments of `palinode sandbox clock`.
#[derive(Debug, Args)]
pub(super) struct Clock {
    /// How far: a number and ms, s, m, h or d, for example +3d.
    pub(super) span: Span,
    #[command(flatten)]
    pub(super) target: Target,
}

/// Arguments of `palinode sandbox snapshot` and `restore`.
#[derive(Debug, Args)]
pub(super) struct Snapshot {
    /// The folder of the snapshot.
    pub(super) folder: PathBuf,
    #[command(flatten)]
    pub(super) target: Target,
}

/// Arguments of `palinode sandbox stub`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(super) struct Stub {
    /// The record type of the command, or the end of it, for example ReservePayment.
    pub(super) command: String,
    /// It answers nothing until --back; the commands wait for it.
    #[arg(long, group = "change", conflicts_with = "back")]
    pub(super) outage: bool,
    /// Its outage ends, and it answers what has waited.
    #[arg(long, group = "change")]
    pub(super) back: bool,
    /// The share of commands that it refuses, from 0 to 1.
    #[arg(long, group = "change", value_name = "SHARE")]
    pub(super) failures: Option<f64>,
    /// The share of replies that it sends twice, from 0 to 1.
    #[arg(long, group = "change", value_name = "SHARE")]
    pub(super) duplicates: Option<f64>,
    /// The share of replies that others overtake, from 0 to 1.
    #[arg(long, group = "change", value_name = "SHARE")]
    pub(super) reorder: Option<f64>,
    /// How long each answer takes, for example 2s.
    #[arg(long, group = "change", value_name = "TIME")]
    pub(super) latency: Option<Span>,
    /// It is replaced by the team's own service, which reads the same topic: it answers nothing.
    #[arg(long, group = "change", conflicts_with = "on")]
    pub(super) off: bool,
    /// It answers again.
    #[arg(long, group = "change")]
    pub(super) on: bool,
    #[command(flatten)]
    pub(super) target: Target,
}
