//! The arguments of `palinode bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `palinode bench`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How often each measurement is repeated; medians are shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// Sagas in one run of the throughput and of the pass-through.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) starts: u32,
    /// Orders in one run of the whole demo.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) orders: u32,
    /// Measure only these; everything by default.
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
}

impl Arguments {
    /// Whether this is to be measured.
    pub(super) fn wants(&self, measurement: Measurement) -> bool {
        self.only.is_empty() || self.only.contains(&measurement)
    }

    /// Whether anything is measured on a broker of the benchmark's own.
    pub(super) fn needs_a_broker(&self) -> bool {
        self.needs_the_orchestrator() || self.wants(Measurement::Demo)
    }

    /// Whether the orchestrator has to run alone: for its own figures, and for a saga that the pass-through copies.
    pub(super) fn needs_the_orchestrator(&self) -> bool {
        [
            Measurement::Throughput,
            Measurement::Latency,
            Measurement::PassThrough,
            Measurement::Broker,
        ]
        .into_iter()
        .any(|it| self.wants(it))
    }
}
