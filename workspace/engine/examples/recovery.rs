//! How long a node takes until its tasks run again, with many open sagas: from its stores, from the snapshots, and from the
//! journal alone. `recovery [SAGAS]`; a million unless said otherwise.
//!
//! The log is in memory, so that what is measured is ours: reading, folding and storing. A real broker adds its transfer.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use palinode_core::{FieldName, Plan, RecordName, SchemaId, Timestamp, Value};
use palinode_engine::{
    Definitions, Deployment, Edition, Library, Node, Settings, Topics,
    cycle::{Member, Shared, Status},
};
use palinode_log::{
    Application,
    memory::{MemoryBroker, MemoryLog},
};
use palinode_store::rocks::{self, RocksStores};
use palinode_wire::{Encoder, Schemas, journal::JournalSchemas, outcome::OutcomeRecord};

type Done<T> = Result<T, Box<dyn Error>>;

const PARTITIONS: i32 = 12;
/// Orders that are placed before the next look at how far the tasks are.
const ORDERS_AT_ONCE: usize = 20_000;
/// How often is looked.
const LOOK: Duration = Duration::from_millis(5);
/// The longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(900);

const INPUTS: [&str; 5] = [
    "orders.events",
    "orders.requests",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];
const OUTPUTS: [&str; 6] = [
    "payments.commands",
    "warehouse.commands",
    "shipments.commands",
    "orders.status",
    "palinode.outcomes",
    "palinode.dead-letters",
];
const OWN: [&str; 4] = [
    "palinode.journal",
    "palinode.snapshots",
    "palinode.inbox",
    "palinode.control",
];

struct Shelf(Deployment);

impl Library for Shelf {
    fn current(&self) -> Result<Deployment, String> {
        Ok(self.0.clone())
    }
}

struct World {
    broker: MemoryBroker,
    schemas: Schemas,
    deployment: Deployment,
    order: Encoder,
}

fn main() -> Done<()> {
    let sagas = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let world = World::new()?;
    let folder = tempfile::tempdir()?;
    println!(
        "{sagas} sagas, {PARTITIONS} tasks, {} processors",
        std::thread::available_parallelism()?
    );
    let began = Instant::now();
    let node = world.node(folder.path(), 20_000)?;
    world.place(&node, sagas)?;
    println!("placed in {:.1} s", began.elapsed().as_secs_f64());
    world.wait(|| world.snapshots() >= sagas, "a snapshot of each saga")?;
    // The last checkpoints come to their end.
    std::thread::sleep(Duration::from_secs(3));
    node.stop();
    drop(node);
    println!(
        "the journal has {} records, the snapshots {}",
        world.records("palinode.journal"),
        world.records("palinode.snapshots")
    );

    let measure = |what: &str, folder: &Path| -> Done<()> {
        let before = resident_mib();
        let began = Instant::now();
        let node = world.node(folder, u64::MAX)?;
        world.wait(|| open_sagas(&node) == Some(sagas), "all tasks to run")?;
        let took = began.elapsed().as_secs_f64();
        let more = resident_mib().saturating_sub(before);
        println!("{what}: {took:.2} s, {more} MiB more in memory, load {}", load()?);
        node.stop();
        Ok(())
    };
    measure("from the stores", folder.path())?;
    let lost = tempfile::tempdir()?;
    measure("from the snapshots", lost.path())?;
    measure("from the stores that were made from snapshots", lost.path())?;
    for partition in 0..PARTITIONS {
        world.broker.delete_records("palinode.snapshots", partition, i64::MAX);
    }
    world.broker.delete_topic("palinode.snapshots");
    world.broker.create_topic("palinode.snapshots", PARTITIONS);
    let lost = tempfile::tempdir()?;
    measure("from the journal alone", lost.path())
}

impl World {
    fn new() -> Done<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        schema_files(&root.join("schemas"), &mut files)?;
        files.sort();
        let mut schemas = Schemas::default();
        for (id, file) in (1..).zip(&files) {
            schemas.add(SchemaId(id), fs::read_to_string(file)?)?;
        }
        // Nobody answers, and no time-out is to come meanwhile.
        let mut text = fs::read_to_string(root.join("sagas/order-fulfilment.yaml"))?;
        text = text
            .replace("timeout: 5s", "timeout: 48h")
            .replace("timeout: 2m", "timeout: 48h");
        let plan: Plan =
            palinode_definition::read("order-fulfilment.yaml", &text).map_err(|found| found.to_string())?;
        let encoder = |record: &RecordName, fields: &[FieldName]| {
            schemas.encoder(record, fields).map_err(|error| error.to_string())
        };
        let definitions = Definitions::new(vec![Edition::from(Arc::new(plan))], Topics::new(""), encoder)?;
        let broker = MemoryBroker::new();
        for topic in INPUTS.iter().chain(&OUTPUTS).chain(&OWN) {
            broker.create_topic(topic, PARTITIONS);
        }
        let inputs = definitions.input_topics();
        let fields = [
            "order_id",
            "customer_id",
            "customer_name",
            "items",
            "total_minor",
            "currency",
            "promised_delivery_at",
            "placed_at",
        ];
        let order = schemas.encoder(&"shop.orders.OrderPlaced".into(), &fields.map(FieldName::from))?;
        Ok(Self {
            deployment: Deployment {
                input_partitions: Arc::new(
                    inputs
                        .iter()
                        .map(|topic| (Arc::clone(topic), PARTITIONS))
                        .collect::<BTreeMap<_, _>>(),
                ),
                definitions: Arc::new(definitions),
            },
            broker,
            schemas,
            order,
        })
    }

    /// A node whose stores are in `folder`, to which all tasks are proposed.
    fn node(&self, folder: &Path, checkpoint_records: u64) -> Done<Node> {
        self.broker.set_time(now());
        let application = Application {
            name: "shop".into(),
            topic_prefix: "".into(),
            partitions: PARTITIONS,
            member: "one".into(),
        };
        let stores = RocksStores::new(rocks::Settings {
            data: folder.into(),
            cluster: "memory".into(),
            application: "shop".into(),
            partitions: PARTITIONS,
            member: "one".into(),
            memory_bytes: rocks::Settings::MEMORY_BYTES_DEFAULT,
        });
        let outcome = self
            .schemas
            .id_of("palinode.Outcome")
            .ok_or("the outcome's schema is known")?;
        let shared = Arc::new(Shared {
            member: Member {
                application: application.clone(),
                run: format!("one-{}", now()).into(),
            },
            settings: Settings {
                checkpoint_records,
                ..Settings::default()
            },
            definitions: Arc::clone(&self.deployment.definitions),
            input_partitions: Arc::clone(&self.deployment.input_partitions),
            stores: Arc::new(stores),
            journal_schemas: JournalSchemas::new(|name| self.schemas.id_of(name))?,
            outcome_codec: OutcomeRecord::codec(outcome)?,
            schemas: self.schemas.clone(),
            source: "palinode/shop".into(),
        });
        let library: Arc<dyn Library> = Arc::new(Shelf(self.deployment.clone()));
        let node = Node::start(
            &shared,
            &MemoryLog::new(self.broker.clone(), application),
            |_, _| (),
            &library,
        )?;
        node.propose(&(0..PARTITIONS).collect::<Vec<_>>());
        Ok(node)
    }

    fn place(&self, node: &Node, sagas: u64) -> Done<()> {
        let text = |text: String| Value::String(text.into());
        for number in 0..sagas {
            let key = format!("o-{number:08}");
            let values = [
                text(key.clone()),
                text(format!("customer-{}", number % 1_000)),
                text("Ada Lovelace".into()),
                Value::List(Vec::new()),
                Value::Long(4_200),
                text("EUR".into()),
                Value::Long(now()),
                Value::Long(now()),
            ];
            let mut value = Vec::new();
            self.order.encode(&values, &mut value)?;
            self.broker
                .produce("orders.events", None, key, Some(value.into()), Vec::new())?;
            if (number + 1) % ORDERS_AT_ONCE as u64 == 0 || number + 1 == sagas {
                self.wait(|| open_sagas(node) == Some(number + 1), "the orders to be taken")?;
                // Nobody reads these here, and they would take the memory.
                for topic in OUTPUTS {
                    for partition in 0..PARTITIONS {
                        self.broker.delete_records(topic, partition, i64::MAX);
                    }
                }
            }
        }
        Ok(())
    }

    fn wait(&self, mut is_there: impl FnMut() -> bool, what: &str) -> Done<()> {
        let began = Instant::now();
        while !is_there() {
            if began.elapsed() > PATIENCE {
                return Err(format!("waited too long for {what}").into());
            }
            self.broker.set_time(now());
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn records(&self, topic: &str) -> u64 {
        let end = |partition| {
            let source = palinode_log::TopicPartition::new(topic, partition);
            self.broker.bounds(&source).map_or(0, |(_, end)| end)
        };
        (0..PARTITIONS).map(end).sum::<i64>().unsigned_abs()
    }

    /// At the least so many snapshots stand.
    fn snapshots(&self) -> u64 {
        self.records("palinode.snapshots")
    }
}

/// How many sagas are open, when all tasks run.
fn open_sagas(node: &Node) -> Option<u64> {
    node.status()
        .values()
        .map(|status| match status {
            Status::Running { open_sagas, .. } => Some(*open_sagas),
            Status::Parked { reason, .. } => panic!("{reason}"),
            Status::Idle | Status::Standby { .. } | Status::TakingOver { .. } => None,
        })
        .sum()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).0
}

fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn load() -> Done<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

fn schema_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) -> Done<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            schema_files(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "avsc") {
            into.push(path);
        }
    }
    Ok(())
}
