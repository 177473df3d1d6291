//! The arguments of `palinode bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How often a measurement is repeated unless told otherwise: enough for a median.
const RUNS: u32 = 5;
/// The same of the failover, whose worst round counts as well and which hardly tires the machine.
const ROUNDS: u32 = 10;

/// Arguments of `palinode bench`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How often each measurement is repeated; medians are shown. By default 5 times, the failover 10 times.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: Option<u32>,
    /// Sagas in one run of the throughput and of the pass-through.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) starts: u32,
    /// Orders in one run of the whole demo.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) orders: u32,
    /// How long the soak lasts, in minutes.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) minutes: u32,
    /// Open sagas that are many, for the throughput beside them.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) open: u64,
    /// Measure only these; by default everything but the soak, the overload, many open sagas, and the failover.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub(crate) only: Vec<Measurement>,
    /// Write the figures as a page, for example docs/benchmarks.md.
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// Sagas a second with all starts preloaded, and the processor time that they take.
    Throughput,
    /// From OrderPlaced to the outcome, with 1 and with 64 in flight.
    Latency,
    /// The same records through bare transactions: the limit.
    PassThrough,
    /// The same records through bare transactions on the embedded broker, and on real Kafka beside it.
    Broker,
    /// The whole demo: all reference services, orders over HTTP.
    Demo,
    /// What a user of the sandbox waits for: its start, its memory at rest, and the whole demo on the embedded broker.
    Sandbox,
    /// Orders at 70 % of what it can do, for many minutes: whether memory, files, stores and waits grow.
    Soak,
    /// Orders at three times what it can do, for a minute: memory, and how soon waits are usual again.
    Overload,
    /// The throughput beside millions of open sagas, and how soon a node with them starts. Their stores are filled
    /// directly and take some gigabytes.
    Open,
    /// For how long orders stand still when one of two nodes is killed, with a standby and without, and how much longer
    /// they take while one is restarted.
    Failover,
}

impl Arguments {
    /// How often a measurement is repeated.
    pub(super) fn runs(&self) -> u32 {
        self.runs.unwrap_or(RUNS)
    }

    /// How often a node is killed, or restarted, in each part of the failover.
    pub(super) fn rounds(&self) -> u32 {
        self.runs.unwrap_or(ROUNDS)
    }

    /// Whether this is to be measured.
    pub(super) fn wants(&self, measurement: Measurement) -> bool {
        let is_long = matches!(
            measurement,
            Measurement::Soak | Measurement::Overload | Measurement::Open | Measurement::Failover
        );
        (self.only.is_empty() && !is_long) || self.only.contains(&measurement)
    }

    /// Whether anything is measured on a broker of the benchmark's own.
    pub(super) fn needs_a_broker(&self) -> bool {
        self.needs_the_orchestrator()
            || [Measurement::Demo, Measurement::Open, Measurement::Failover]
                .into_iter()
                .any(|it| self.wants(it))
    }

    /// Whether the orchestrator has to run alone: for its own figures, and for a saga that the pass-through copies.
    pub(super) fn needs_the_orchestrator(&self) -> bool {
        [
            Measurement::Throughput,
            Measurement::Latency,
            Measurement::PassThrough,
            Measurement::Broker,
            Measurement::Soak,
            Measurement::Overload,
        ]
        .into_iter()
        .any(|it| self.wants(it))
    }
}
