//! The arguments of `palinode definitions`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cluster::Cluster;

/// Arguments of `palinode definitions`.
#[derive(Debug, Args)]
pub(crate) struct Definitions {
    /// What to do.
    #[command(subcommand)]
    pub(super) action: Action,
}

/// What to do with definitions.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Publish definitions: from then on new sagas follow them, and their text never changes.
    ///
    /// Each is checked first, against the schemas of the registry and the topics of the cluster. Running nodes go on with
    /// it within seconds; sagas that are under way stay on the version that they started with. A node publishes the files
    /// of its configuration by itself when it starts. Exit code 1 when a definition has errors, or its version is
    /// published with another text.
    Publish(Publish),
    /// List what is published.
    List(List),
    /// Say in words how two definitions differ. Exit code 1 when they do.
    Diff(Diff),
    /// Retire a version: no new saga follows it. Exit code 1 when sagas of it are open.
    ///
    /// It reads the whole journal to find them, and needs no running node.
    Retire(Retire),
    /// Move the open sagas of a version to another one, by a plan. Exit code 1 when some of them stay.
    ///
    /// It reads the whole journal and says for each open saga whether it can move or why not; then it asks the running nodes
    /// to move those that can, and waits for what they say. Sagas that moved before are left alone, so that it can be run
    /// again. See docs/moving-sagas.md.
    Migrate(Migrate),
}

/// Where definitions are published.
#[derive(Clone, Debug, Args)]
pub(super) struct Place {
    /// How to reach Kafka.
    #[command(flatten)]
    pub(super) cluster: Cluster,
    /// The schema registry. http://localhost:8081 unless the configuration file says otherwise.
    #[arg(long, env = "PALINODE__REGISTRY__URL")]
    pub(super) registry: Option<String>,
}

/// Arguments of `palinode definitions publish`.
#[derive(Debug, Args)]
pub(super) struct Publish {
    /// Definition files, or folders of them.
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Who publishes, for the record.
    #[arg(long, env = "USER", default_value = "somebody")]
    pub(super) by: String,
    /// Check everything and say what would be done, and do nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Where to.
    #[command(flatten)]
    pub(super) place: Place,
}

/// Arguments of `palinode definitions list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only this definition.
    pub(super) definition: Option<String>,
    /// Where.
    #[command(flatten)]
    pub(super) place: Place,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `palinode definitions diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A file, or a published version as NAME@VERSION.
    pub(super) before: String,
    /// A file, or a published version as NAME@VERSION.
    pub(super) after: String,
    /// Where the published ones are.
    #[command(flatten)]
    pub(super) place: Place,
}

/// Arguments of `palinode definitions retire`.
#[derive(Debug, Args)]
pub(super) struct Retire {
    /// The definition.
    pub(super) definition: String,
    /// The version.
    pub(super) version: u32,
    /// Who retires it, for the record.
    #[arg(long, env = "USER", default_value = "somebody")]
    pub(super) by: String,
    /// Where.
    #[command(flatten)]
    pub(super) place: Place,
}

/// Arguments of `palinode definitions migrate`.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// The plan: which step is which, and what stands in for data that the sagas do not have.
    #[arg(long)]
    pub(super) plan: PathBuf,
    /// Say which sagas can move and why others cannot, and do nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Take the migration back: sagas to which nothing has happened since are as they were.
    #[arg(long)]
    pub(super) undo: bool,
    /// Who asks for it, for the record.
    #[arg(long, env = "USER", default_value = "somebody")]
    pub(super) by: String,
    /// Where.
    #[command(flatten)]
    pub(super) place: Place,
}
