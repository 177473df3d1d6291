//! What stands on the topics: how long orders waited, and all of it for whoever looks for the cause of a violation.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use palinode_core::SchemaId;
use palinode_log::{
    Consumed,
    kafka::{Settings, scan},
    registry::RegistryClient,
};
use palinode_server::Catalogue;
use palinode_wire::{
    Schemas,
    journal::{JournalRecord, JournalSchemas},
    partition_of,
};

use crate::{orders::Placed, world::World};

/// The longest time in which orders of a partition were open and none of them made progress.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gap {
    pub(crate) millis: i64,
    /// When it began, in milliseconds of the wall clock.
    pub(crate) from: i64,
    pub(crate) partition: i32,
}

/// What the journal tells of waiting.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// The longest gap of each partition.
    pub(crate) gaps: Vec<Gap>,
    /// Sagas that were suspended for a while.
    pub(crate) suspended: usize,
}

impl Waiting {
    /// The longest gap of all.
    pub(crate) fn longest(&self) -> Gap {
        self.gaps
            .iter()
            .copied()
            .max_by_key(|gap| gap.millis)
            .unwrap_or_default()
    }
}

/// Something that happened to an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Placed,
    Progress,
    Ended,
}

/// Reads the journal. An order is open from when the order service took it until its saga ended.
pub(crate) fn waiting(world: &World, placed: &[Placed]) -> anyhow::Result<Waiting> {
    let settings = world.settings();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let registry = RegistryClient::new(&settings.registry)?;
    let id_of = |name: &str| {
        let (id, _) = runtime.block_on(registry.latest(name)).ok()?;
        Some(SchemaId(id.0))
    };
    let (schemas, others) = (JournalSchemas::new(id_of)?, Schemas::default());
    let mut steps: BTreeMap<i32, Vec<(i64, Step)>> = BTreeMap::new();
    let mut known: HashMap<&str, bool> = HashMap::new();
    for order in placed {
        let partition = partition_of(order.id.as_bytes(), settings.partitions);
        steps.entry(partition).or_default().push((order.at, Step::Placed));
        known.insert(&order.id, false);
    }
    let kafka = Settings::new(settings.bootstrap_servers.as_str());
    scan(&kafka, &[full(world, "palinode.journal")], None, |record| {
        let read = record
            .value
            .as_ref()
            .and_then(|value| schemas.read(&others, value).ok());
        let Some(JournalRecord::Saga(event)) = read else { return };
        let Some(was_suspended) = known.get_mut(event.id.key.as_str()) else {
            return;
        };
        let step = match &*event.event_type {
            "SagaCompleted" | "SagaCompensated" => Step::Ended,
            "SagaSuspended" => {
                *was_suspended = true;
                Step::Progress
            }
            _ => Step::Progress,
        };
        steps
            .entry(record.source.partition)
            .or_default()
            .push((record.timestamp, step));
    })?;
    let gaps = steps.into_iter().map(|(partition, steps)| longest(partition, steps));
    Ok(Waiting {
        gaps: gaps.collect(),
        suspended: known.values().filter(|was_suspended| **was_suspended).count(),
    })
}

fn longest(partition: i32, mut steps: Vec<(i64, Step)>) -> Gap {
    steps.sort_unstable();
    let mut gap = Gap {
        partition,
        ..Gap::default()
    };
    let (mut open, mut since) = (0_i64, 0);
    for (at, step) in steps {
        if open > 0 && step != Step::Placed && at - since > gap.millis {
            gap.millis = at - since;
            gap.from = since;
        }
        if step != Step::Placed || open == 0 {
            since = at;
        }
        open += match step {
            Step::Placed => 1,
            Step::Progress => 0,
            Step::Ended => -1,
        };
    }
    gap
}

/// Writes every record of every topic into a folder, a line each.
pub(crate) fn dump(world: &World, folder: &Path) -> anyhow::Result<()> {
    let settings = world.settings();
    let catalogue = Catalogue::read(&world.catalogue())?;
    let kafka = Settings::new(settings.bootstrap_servers.as_str());
    std::fs::create_dir_all(folder)?;
    for name in catalogue.names() {
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        let mut failed = None;
        scan(&kafka, &[full(world, name)], None, |record| {
            if let Err(error) = file.write_all(line(&record).as_bytes()) {
                failed = Some(error);
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        file.flush()?;
    }
    Ok(())
}

fn line(record: &Consumed) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let key = record.key.as_deref().map(text).unwrap_or_default();
    let mut line = format!(
        "{}/{} {} {key}",
        record.source.partition, record.offset, record.timestamp
    );
    // Writing to a string cannot fail.
    for header in &record.headers {
        let _ = write!(line, " {}={}", &*header.name, text(&header.value));
    }
    line.push(' ');
    for byte in record.value.as_deref().unwrap_or_default() {
        let _ = write!(line, "{byte:02x}");
    }
    line.push('\n');
    line
}

fn full(world: &World, name: &str) -> String {
    format!("{}{name}", world.settings().topic_prefix)
}
