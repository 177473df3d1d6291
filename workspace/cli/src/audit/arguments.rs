//! The arguments of `palinode audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::arguments::Cluster;

/// Arguments of `palinode audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// How to reach Kafka.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    /// The schema registry.
    #[arg(long, default_value = "http://localhost:8081", env = "PALINODE__REGISTRY__URL")]
    pub(crate) registry: String,
    /// The catalogue of topics: all of them are read.
    #[arg(long, default_value = "schemas/catalog.yaml")]
    pub(crate) catalog: PathBuf,
    /// Definition files, or folders of them, that the sagas followed.
    #[arg(long, default_value = "sagas")]
    pub(crate) definitions: Vec<PathBuf>,
    /// What should be true of the run.
    #[arg(long, value_enum, default_value_t = Expected::Running)]
    pub(crate) expect: Expected,
    /// Let copies of commands pass: somebody has sent them again on purpose.
    #[arg(long)]
    pub(crate) copied_commands: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What should be true of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expected {
    /// It goes on: sagas may be open and inputs unread.
    Running,
    /// Every saga has ended, and every input was taken.
    Ended,
    /// Every saga has ended or is suspended, and every input was taken.
    EndedOrSuspended,
}
