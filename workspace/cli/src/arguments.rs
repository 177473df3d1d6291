//! The arguments of all commands. The help text is for people who have never seen the tool.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cluster::Cluster;

/// Palinode drives business processes over Kafka and takes back what was done when a step fails.
///
/// Exit codes: 0 done; 1 the command found something (errors in a definition, violations, no such saga); 2 the command
/// could not do what it was asked to.
#[derive(Debug, Parser)]
#[command(name = "palinode", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the orchestrator until it is told to stop (SIGTERM, Ctrl-C).
    Run(Run),
    /// Check saga definitions: errors come with file, line and column.
    Validate(Validate),
    /// Prove that the sagas of a definition end as they should, whatever happens: explore every way in which they can go.
    ///
    /// Every interleaving of replies, refusals, time-outs, duplicates, late replies, wishes to cancel, resumptions, the
    /// deadline and crashes is played with the code that runs in production. A violation is told as the shortest story
    /// that leads to it. See docs/verify.md.
    ///
    /// Exit codes: 0 proved; 1 violations, or errors in a definition (with --strict: or warnings); 2 a file cannot be read,
    /// or there are more states than --states-max.
    Verify(crate::verify::Arguments),
    /// Play the scenarios that stand beside definitions (*.test.yaml): what participants answer, what has to follow.
    Test(crate::test::Test),
    /// Play the recorded sagas of a journal with a changed definition: would they still finish?
    Replay(crate::replay::Replay),
    /// Publish, list, compare and retire versions of definitions.
    Definitions(crate::definitions::Definitions),
    /// Create the topics of the catalogue, or compare them with it.
    Topics(Topics),
    /// Look at one saga.
    Saga(Saga),
    /// Judge from the topics alone whether everything was done once, in order, and taken back where it had to be.
    Audit(Audit),
    /// Read topics until it is stopped, and write down what it was handed: for 'palinode audit --observed'.
    ///
    /// It reads committed records only, without a consumer group, from the first record of each partition on. It can be
    /// killed at any moment, and started again: a file that is there is gone on with, and so is reading. A line stands
    /// for a record that it was handed, with where it stands and a digest of it.
    Observe(Observe),
    /// Copy the stores of a node's tasks to a folder or an object store, and back.
    ///
    /// The journal in Kafka is the truth: what a node keeps on its disk is made again from it whenever it is lost. A backup
    /// saves the time that this takes, and nothing else. See docs/store.md.
    Backup(crate::backup::Backup),
    /// Run a whole shop for a minute: orders, some of them refused, and what became of them.
    ///
    /// It brings a broker of its own. With KAFKA=real in the environment that is Apache Kafka (run 'make setup' before);
    /// with BOOTSTRAP=host:port the demo runs on an existing cluster, each time with topics of its own.
    Demo(Demo),
    /// Run everything that a saga needs in one process: a broker, a registry, the orchestrator, and a stub for every command.
    Sandbox(crate::sandbox::Sandbox),
    /// Run the orchestrator in worlds that one number decides, with everything that can go wrong, and judge what is left.
    ///
    /// The core and the task cycle are those that run in production; the broker, the network, disks, services and clocks are
    /// models, and time is virtual. The same number gives the same world. See docs/simulation.md.
    ///
    /// Exit codes: 0 nothing is wrong; 1 a law is broken, or something was not reached that must be.
    #[cfg(feature = "simulation")]
    Simulate(crate::simulate::Arguments),
    /// Measure rate, latency and processor time on real Kafka.
    Bench(crate::bench::Arguments),
    /// Run one of the reference services (order, payment, warehouse, …).
    Service(Service),
}

/// Arguments of `palinode run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The configuration file (YAML); see docs/configuration.md.
    #[arg(long, short, env = "PALINODE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Override one setting, for example --set kafka.bootstrap_servers=kafka:9092. Repeat for more.
    #[arg(long = "set", value_name = "SETTING=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
}

/// Arguments of `palinode validate`.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Definition files, or folders of them.
    #[arg(default_value = "sagas")]
    pub(crate) definitions: Vec<PathBuf>,
    /// A folder of Avro schemas (*.avsc): messages and fields are checked against them, and expressions for their types.
    #[arg(long)]
    pub(crate) schemas: Option<PathBuf>,
    /// Print the JSON Schema of definitions, for editors, and check nothing.
    #[arg(long)]
    pub(crate) schema: bool,
}

/// Arguments of `palinode topics`.
#[derive(Debug, Args)]
pub(crate) struct Topics {
    /// What to do with them.
    #[command(subcommand)]
    pub(crate) action: TopicsAction,
}

/// What to do with the topics.
#[derive(Debug, Subcommand)]
pub(crate) enum TopicsAction {
    /// Create what is missing; existing topics stay as they are.
    Create(TopicsTarget),
    /// Say how the topics differ from the catalogue. Exit code 1 when they do.
    Check(TopicsTarget),
}

/// Which topics, and where.
#[derive(Debug, Args)]
pub(crate) struct TopicsTarget {
    /// How to reach Kafka.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    /// The catalogue of topics.
    #[arg(long, default_value = "schemas/catalog.yaml")]
    pub(crate) catalog: PathBuf,
    /// Copies of each partition: 3 in production, 1 on one broker.
    #[arg(long, default_value_t = 3)]
    pub(crate) replication: i32,
    /// Another number of partitions for all topics, for small test clusters.
    #[arg(long)]
    pub(crate) partitions: Option<i32>,
}

/// Arguments of `palinode saga`.
#[derive(Debug, Args)]
pub(crate) struct Saga {
    /// What to do.
    #[command(subcommand)]
    pub(crate) action: SagaAction,
}

/// What to do with a saga.
#[derive(Debug, Subcommand)]
pub(crate) enum SagaAction {
    /// Show where a saga stands and what happened to it.
    Show(SagaShow),
    /// Decide what a step of a saga asks people.
    Decide(SagaDecide),
}

/// Arguments of `palinode saga decide`.
#[derive(Debug, Args)]
pub(crate) struct SagaDecide {
    /// The key of the saga, for example the order id.
    pub(crate) key: String,
    /// The step that asks.
    pub(crate) step: String,
    /// The option that is chosen, for example approve.
    pub(crate) option: String,
    /// The definition.
    #[arg(long, default_value = "order-fulfilment")]
    pub(crate) definition: String,
    /// Who decides.
    #[arg(long)]
    pub(crate) by: String,
    /// What they say to it.
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// How to reach Kafka.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
}

/// Arguments of `palinode saga show`.
#[derive(Debug, Args)]
pub(crate) struct SagaShow {
    /// The key of the saga, for example the order id.
    pub(crate) key: String,
    /// The definition.
    #[arg(long, default_value = "order-fulfilment")]
    pub(crate) definition: String,
    /// Running nodes to ask, one after the other.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:8080")]
    pub(crate) nodes: Vec<String>,
    /// Read the journal instead of asking a node: shows every event. Works when no node runs.
    #[arg(long)]
    pub(crate) from_journal: bool,
    /// How to reach Kafka, with --from-journal.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `palinode audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// How to reach Kafka.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    /// The schema registry; it is asked only for schemas that no node has met. http://localhost:8081 unless the
    /// configuration file says otherwise.
    #[arg(long, env = "PALINODE__REGISTRY__URL")]
    pub(crate) registry: Option<String>,
    /// Definition files, or folders of them: the graph of the steps is taken from here.
    #[arg(long, value_delimiter = ',', default_value = "sagas")]
    pub(crate) definitions: Vec<PathBuf>,
    /// The catalogue of topics.
    #[arg(long, default_value = "schemas/catalog.yaml")]
    pub(crate) catalog: PathBuf,
    /// The system is at work: sagas may be open and inputs unread.
    #[arg(long)]
    pub(crate) running: bool,
    /// Sagas may be suspended.
    #[arg(long)]
    pub(crate) allow_suspended: bool,
    /// Somebody has sent commands or events for everybody again on purpose: let the copies pass.
    #[arg(long)]
    pub(crate) copied_outputs: bool,
    /// Files in which clients wrote down what they were handed or told, for example by 'palinode observe', separated by
    /// commas. Records that they were handed, or told to be written, have to stand where they say, and nothing may have
    /// been left out.
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    pub(crate) observed: Vec<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `palinode observe`.
#[derive(Debug, Args)]
pub(crate) struct Observe {
    /// How to reach Kafka.
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    /// The catalogue of topics.
    #[arg(long, default_value = "schemas/catalog.yaml")]
    pub(crate) catalog: PathBuf,
    /// The topics, without their prefix, separated by commas. Without any: all that 'palinode audit' reads.
    #[arg(long, value_delimiter = ',')]
    pub(crate) topics: Vec<String>,
    /// The name of this reader, for the audit.
    #[arg(long, default_value = "observer")]
    pub(crate) name: String,
    /// The file to write to.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

/// Arguments of `palinode demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many orders.
    #[arg(long, default_value_t = 200)]
    pub(crate) orders: usize,
    /// Keep the data and logs of all processes.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Which log lines the processes write.
    #[arg(long, default_value = "info")]
    pub(crate) log: String,
}

/// Arguments of `palinode service`.
#[derive(Debug, Args)]
pub(crate) struct Service {
    /// Which service: order, payment, warehouse, shipment, notification, analytics.
    pub(crate) name: service_name::ServiceName,
    /// The service's settings (JSON).
    #[arg(long)]
    pub(crate) settings: PathBuf,
    /// The schema registry.
    #[arg(long, default_value = "http://localhost:8081", env = "PALINODE__REGISTRY__URL")]
    pub(crate) registry: String,
    /// Which log lines are written, for example info or info,palinode_payment=debug.
    #[arg(long, default_value = "info", env = "PALINODE__LOG__FILTER")]
    pub(crate) log: String,
}

/// The names of the reference services.
pub(crate) mod service_name {
    use clap::ValueEnum;

    /// A reference service.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
    pub(crate) enum ServiceName {
        /// Takes orders over HTTP.
        Order,
        /// Reserves, gives back and takes money.
        Payment,
        /// Reserves stock and packs.
        Warehouse,
        /// Ships.
        Shipment,
        /// Writes to the customers' chat.
        Notification,
        /// Counts and times.
        Analytics,
    }
}

/// Two sides of an equals sign.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(path, value)| (path.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| format!("'{text}' is not SETTING=VALUE, for example partitions=12"))
}
