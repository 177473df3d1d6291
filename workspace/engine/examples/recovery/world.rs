//! A node on a broker in memory, and orders for it.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use palinode_core::{FieldName, Plan, RecordName, SchemaId, Value};
use palinode_engine::{
    Clock, Definitions, Deployment, Edition, Library, Node, Settings, Topics,
    cycle::{Member, Shared, Standing, Status},
};
use palinode_log::{
    Application, TopicPartition,
    memory::{MemoryBroker, MemoryLog},
};
use palinode_store::rocks::{self, RocksStores};
use palinode_wire::{Encoder, Schemas, journal::JournalSchemas, outcome::OutcomeRecord};

pub(crate) type Done<T> = Result<T, Box<dyn Error>>;

pub(crate) const PARTITIONS: i32 = 12;
/// Orders that are placed before the next look at how far the tasks are.
const ORDERS_AT_ONCE: u64 = 20_000;
/// How often is looked.
const LOOK: Duration = Duration::from_millis(5);
/// The longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(900);

/// Where the ticks of user and system stand in `/proc/self/stat`, behind the name; and how many Linux counts in a second.
const TICKS_AT: usize = 11;
const TICKS_A_SECOND: f64 = 100.0;

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

/// What of a measurement's records stays on the broker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// What a recovery reads.
    State,
    /// What the tasks have not read yet: the memory is for the sagas.
    Inputs,
    /// Nothing: the tasks have read everything.
    Nothing,
}

struct Shelf(Deployment);

impl Library for Shelf {
    fn current(&self) -> Result<Deployment, String> {
        Ok(self.0.clone())
    }
}

/// A broker, and what is known about its records.
pub(crate) struct World {
    broker: MemoryBroker,
    schemas: Schemas,
    deployment: Deployment,
    order: Encoder,
    payment: Encoder,
    pub(crate) clock: Clock,
}

impl World {
    /// A world in which a step that nobody answers times out after `timeout`, and waits as long before it is tried again.
    pub(crate) fn new(timeout: &str) -> Done<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        schema_files(&root.join("schemas"), &mut files)?;
        files.sort();
        let mut schemas = Schemas::default();
        for (id, file) in (1..).zip(&files) {
            schemas.add(SchemaId(id), fs::read_to_string(file)?)?;
        }
        let text = fs::read_to_string(root.join("sagas/order-fulfilment.yaml"))?
            .replace("timeout: 5s", &format!("timeout: {timeout}"))
            .replace("timeout: 2m", &format!("timeout: {timeout}"))
            .replace(
                "initial: 1s, factor: 2, max: 30s",
                &format!("initial: {timeout}, factor: 1, max: {timeout}"),
            )
            .replace(
                "initial: 5s, factor: 2, max: 5m",
                &format!("initial: {timeout}, factor: 1, max: {timeout}"),
            );
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
        let of = |topic: &Arc<str>| (Arc::clone(topic), PARTITIONS);
        let input_partitions: BTreeMap<_, _> = definitions.input_topics().iter().map(of).collect();
        let order = [
            "order_id",
            "customer_id",
            "customer_name",
            "items",
            "total_minor",
            "currency",
            "promised_delivery_at",
            "placed_at",
        ];
        let payment = ["order_id", "reservation_id", "amount_minor", "currency"];
        Ok(Self {
            order: schemas.encoder(&"shop.orders.OrderPlaced".into(), &order.map(FieldName::from))?,
            payment: schemas.encoder(&"shop.payments.PaymentSucceeded".into(), &payment.map(FieldName::from))?,
            deployment: Deployment {
                input_partitions: Arc::new(input_partitions),
                definitions: Arc::new(definitions),
            },
            broker,
            schemas,
            clock: Clock::default(),
        })
    }

    /// A node whose stores are in `folder`, to which all tasks are proposed.
    pub(crate) fn node(&self, folder: &Path, checkpoint_records: u64) -> Done<Node> {
        self.broker.set_time(self.clock.now().0);
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
            .ok_or("the outcome's schema is not known")?;
        let shared = Arc::new(Shared {
            member: Member {
                application: application.clone(),
                run: format!("one-{}", self.clock.now().0).into(),
            },
            settings: Settings {
                checkpoint_records,
                clock: self.clock.clone(),
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

    /// Places the orders from the `open`th up to the `sagas`th; all those before are open.
    pub(crate) fn place(&self, node: &Node, open: u64, sagas: u64, keep: Keep) -> Done<()> {
        let mut from = open;
        while from < sagas {
            let until = (from + ORDERS_AT_ONCE).min(sagas);
            for number in from..until {
                self.order(number)?;
            }
            self.wait(|| open_sagas(node) == Some(until), "the orders to be taken")?;
            self.forget(keep);
            from = until;
        }
        Ok(())
    }

    /// Places one order.
    pub(crate) fn order(&self, number: u64) -> Done<()> {
        let now = self.clock.now().0;
        let values = [
            text(key(number)),
            text(format!("customer-{}", number % 1_000)),
            text("Ada Lovelace".into()),
            Value::List(Vec::new()),
            Value::Long(4_200),
            text("EUR".into()),
            Value::Long(now),
            Value::Long(now),
        ];
        self.produce("orders.events", number, &self.order, &values)
    }

    /// The price of an order is reserved.
    pub(crate) fn pay(&self, number: u64) -> Done<()> {
        let values = [
            text(key(number)),
            text(format!("r-{number}")),
            Value::Long(4_200),
            text("EUR".into()),
        ];
        self.produce("payments.events", number, &self.payment, &values)
    }

    fn produce(&self, topic: &str, number: u64, encoder: &Encoder, values: &[Value]) -> Done<()> {
        let mut value = Vec::new();
        encoder.encode(values, &mut value)?;
        self.broker
            .produce(topic, None, key(number), Some(value.into()), Vec::new())?;
        Ok(())
    }

    /// Deletes what nobody reads here and would take the memory.
    pub(crate) fn forget(&self, keep: Keep) {
        let state: &[&str] = &["palinode.journal", "palinode.snapshots"];
        let (inputs, state): (&[&str], _) = match keep {
            Keep::State => (&INPUTS, &[][..]),
            Keep::Inputs => (&[], state),
            Keep::Nothing => (&INPUTS, state),
        };
        for topic in OUTPUTS.iter().chain(inputs).chain(state) {
            for partition in 0..PARTITIONS {
                self.broker.delete_records(topic, partition, i64::MAX);
            }
        }
    }

    /// Waits until it is there.
    pub(crate) fn wait(&self, mut is_there: impl FnMut() -> bool, what: &str) -> Done<()> {
        let began = Instant::now();
        while !is_there() {
            if began.elapsed() > PATIENCE {
                return Err(format!("waited too long for {what}").into());
            }
            self.broker.set_time(self.clock.now().0);
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Records that a topic has or had.
    pub(crate) fn records(&self, topic: &str) -> u64 {
        let end = |partition| {
            let source = TopicPartition::new(topic, partition);
            self.broker.bounds(&source).map_or(0, |(_, end)| end)
        };
        (0..PARTITIONS).map(end).sum::<i64>().unsigned_abs()
    }

    /// Takes the snapshots away, as if there had never been any.
    pub(crate) fn lose_snapshots(&self) {
        self.broker.delete_topic("palinode.snapshots");
        self.broker.create_topic("palinode.snapshots", PARTITIONS);
    }
}

/// The key of an order.
pub(crate) fn key(number: u64) -> String {
    format!("o-{number:08}")
}

/// How many sagas are open, when all tasks run.
pub(crate) fn open_sagas(node: &Node) -> Option<u64> {
    node.status()
        .values()
        .map(|status| match status {
            Status::Running { open_sagas, .. } => Some(*open_sagas),
            Status::Parked { reason, .. } => panic!("{reason}"),
            Status::Idle | Status::Standby { .. } | Status::TakingOver { .. } => None,
        })
        .sum()
}

/// Where each task stands, as of one moment after this call.
pub(crate) fn standings(node: &Node) -> Done<Vec<Standing>> {
    let (tell, told) = mpsc::channel();
    for task in 0..PARTITIONS {
        let tell = tell.clone();
        node.standing(task, move |standing| {
            // Whoever asked is gone when nobody listens.
            let _ = tell.send(standing);
        });
    }
    drop(tell);
    told.into_iter()
        .map(|standing| standing.map_err(|query| format!("{query:?}").into()))
        .collect()
}

/// The mebibytes of memory that this process takes.
pub(crate) fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

/// The seconds that this process had of all processors.
pub(crate) fn processor_seconds() -> Done<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name before may have spaces in it.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(TICKS_AT).take(2);
    let ticks = ticks.map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(f64::from(ticks) / TICKS_A_SECOND)
}

/// When and where something was measured, and how busy the machine was.
pub(crate) fn circumstances() -> Done<String> {
    let load = fs::read_to_string("/proc/loadavg")?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(format!(
        "{} processors, load average {}, {} s after the epoch",
        std::thread::available_parallelism()?,
        load.split(' ').next().unwrap_or_default(),
        since.as_secs()
    ))
}

fn text(text: String) -> Value {
    Value::String(text.into())
}

fn schema_files(folder: &Path, into: &mut Vec<PathBuf>) -> Done<()> {
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
