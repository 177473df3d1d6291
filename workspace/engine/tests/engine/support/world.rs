//! Everything around the cycles: the broker, the registry's schemas, the clock, and participants that answer when told.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::Path,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use palinode_core::{Plan, SchemaId, Timestamp, Value};
use palinode_engine::{
    Definitions, Deployment, Edition, Settings, Topics,
    cycle::{Member, Shared},
};
use palinode_log::{
    Application, Header,
    memory::{MemoryBroker, MemoryLog},
};
use palinode_store::{Stores, memory::MemoryStores};
use palinode_wire::{Schemas, journal::JournalSchemas, outcome::OutcomeRecord};

use super::{Command, Shell, encode, failure, success, text};

/// The first moment of every test.
const BEGIN: i64 = 1_800_000_000_000;

const COMMANDS: [&str; 3] = ["payments.commands", "warehouse.commands", "shipments.commands"];

/// All topics but those of commands.
const TOPICS: [&str; 13] = [
    "palinode.journal",
    "palinode.snapshots",
    "palinode.inbox",
    "palinode.outcomes",
    "palinode.dead-letters",
    "palinode.control",
    "orders.events",
    "orders.requests",
    "orders.status",
    "orders.wishes",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];

/// What differs between the worlds of tests.
pub(crate) struct Setup {
    pub(crate) partitions: i32,
    pub(crate) plans: Vec<Arc<Plan>>,
    pub(crate) settings: Settings,
    /// Record types whose schemas the registry has and the nodes do not know at their start.
    pub(crate) unknown: Vec<&'static str>,
}

impl Default for Setup {
    fn default() -> Self {
        let plans = vec![Arc::new(order_plan())];
        Self {
            partitions: 1,
            plans,
            settings: Settings::default(),
            unknown: Vec::new(),
        }
    }
}

/// The order saga.
pub(crate) fn order_plan() -> Plan {
    plan_from(include_str!("../../../../../sagas/order-fulfilment.yaml"))
}

/// The order saga's next version, which does not charge: it has one step less.
pub(crate) fn order_plan_2() -> Plan {
    plan_from(&order_text_2())
}

/// The text of the order saga's next version.
pub(crate) fn order_text_2() -> String {
    let text = include_str!("../../../../../sagas/order-fulfilment.yaml");
    let (kept, _) = text
        .split_once("  # Forward only")
        .expect("the last step has a comment");
    kept.replacen("version: 1", "version: 2", 1)
}

/// A plan from its text.
pub(crate) fn plan_from(text: &str) -> Plan {
    palinode_definition::read("test.yaml", text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// The world of one test.
pub(crate) struct World {
    pub(crate) broker: MemoryBroker,
    /// All schemas, as the registry has them.
    pub(crate) schemas: Schemas,
    pub(crate) journal_schemas: JournalSchemas,
    pub(crate) partitions: i32,
    pub(crate) plans: RefCell<Vec<Arc<Plan>>>,
    pub(crate) settings: Settings,
    /// Versions that no new saga may follow.
    pub(crate) retired: RefCell<Vec<u32>>,
    /// Versions that are published and cannot be read here.
    pub(crate) unreadable: RefCell<Vec<Edition>>,
    unknown: Vec<&'static str>,
    clock: Cell<i64>,
    answered: RefCell<BTreeMap<String, usize>>,
    runs: Cell<u32>,
}

impl World {
    /// One partition, the order saga, and a registry that every node has read.
    pub(crate) fn new() -> Rc<Self> {
        Self::with(Setup::default())
    }

    pub(crate) fn with(setup: Setup) -> Rc<Self> {
        let mut schemas = Schemas::default();
        let mut files = Vec::new();
        schema_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas"), &mut files);
        files.sort();
        for (id, file) in (1..).zip(&files) {
            schemas
                .add(SchemaId(id), std::fs::read_to_string(file).unwrap())
                .unwrap();
        }
        let broker = MemoryBroker::new();
        for topic in TOPICS.iter().chain(&COMMANDS) {
            broker.create_topic(topic, setup.partitions);
        }
        let world = Self {
            broker,
            journal_schemas: JournalSchemas::new(|name| schemas.id_of(name)).unwrap(),
            schemas,
            partitions: setup.partitions,
            plans: RefCell::new(setup.plans),
            settings: setup.settings,
            retired: RefCell::default(),
            unreadable: RefCell::default(),
            unknown: setup.unknown,
            clock: Cell::new(0),
            answered: RefCell::default(),
            runs: Cell::new(0),
        };
        world.set_clock(BEGIN);
        Rc::new(world)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.clock.get())
    }

    pub(crate) fn set_clock(&self, now: i64) {
        self.clock.set(now);
        self.broker.set_time(now);
    }

    pub(crate) fn later(&self, by: Duration) {
        self.set_clock(self.now().plus(by).0);
    }

    pub(crate) fn application(&self, member: &str) -> Application {
        Application {
            name: "shop".into(),
            topic_prefix: "".into(),
            partitions: self.partitions,
            member: member.into(),
        }
    }

    pub(crate) fn log(&self, member: &str) -> MemoryLog {
        MemoryLog::new(self.broker.clone(), self.application(member))
    }

    /// What a node of this world shares between its tasks. Each call is another run of the process.
    pub(crate) fn shared<St: Stores>(&self, member: &str, stores: St) -> Arc<Shared<St>> {
        let Deployment {
            definitions,
            input_partitions,
        } = self.deployment();
        let mut known = Schemas::default();
        for id in self.schemas.ids() {
            let name = self.schemas.record_name(id).unwrap().as_str();
            if !self.unknown.contains(&name) {
                known.add(id, Arc::clone(self.schemas.text(id).unwrap())).unwrap();
            }
        }
        self.runs.set(self.runs.get() + 1);
        Arc::new(Shared {
            member: Member {
                application: self.application(member),
                run: format!("{member}-{}", self.runs.get()).into(),
            },
            settings: self.settings.clone(),
            input_partitions,
            definitions,
            stores: Arc::new(stores),
            journal_schemas: self.journal_schemas,
            outcome_codec: OutcomeRecord::codec(self.schemas.id_of("palinode.Outcome").unwrap()).unwrap(),
            schemas: known,
            source: "palinode/shop".into(),
        })
    }

    /// What is published now: the plans of this world, and beside them those versions that are special.
    pub(crate) fn deployment(&self) -> Deployment {
        let mut editions: Vec<Edition> = self.plans.borrow().iter().cloned().map(Edition::from).collect();
        for edition in &mut editions {
            edition.retired = self.retired.borrow().contains(&edition.version);
        }
        editions.extend(self.unreadable.borrow().iter().cloned());
        let encoder = |record: &palinode_core::RecordName, fields: &[palinode_core::FieldName]| {
            self.schemas.encoder(record, fields).map_err(|error| error.to_string())
        };
        let definitions = Definitions::new(editions, Topics::new(""), encoder).unwrap();
        let topics = definitions.input_topics();
        let partitions = topics
            .iter()
            .map(|topic| (Arc::clone(topic), self.broker_partitions(topic)));
        Deployment {
            input_partitions: Arc::new(partitions.collect()),
            definitions: Arc::new(definitions),
        }
    }

    /// The names of all topics.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &'static str> {
        TOPICS.iter().chain(&COMMANDS).copied()
    }

    fn broker_partitions(&self, topic: &str) -> i32 {
        use palinode_log::Log;
        self.log("anybody").partitions(topic).unwrap()
    }

    /// Task 0 of a member called `one`, with an empty store, on standby.
    pub(crate) fn task(self: &Rc<Self>) -> Shell {
        self.task_of("one", 0, MemoryStores::default())
    }

    pub(crate) fn task_of<St: Stores>(self: &Rc<Self>, member: &str, task: i32, stores: St) -> Shell<St> {
        Shell::new(Rc::clone(self), member, task, stores)
    }

    /// Writes a record as a participant does, to the partition of its key; gives the id of the input.
    pub(crate) fn send(
        &self,
        topic: &str,
        key: &str,
        record: &str,
        given: &[(&str, Value)],
        headers: Vec<Header>,
    ) -> String {
        let mut given = given.to_vec();
        if given.iter().all(|(name, _)| *name != "order_id") {
            given.push(("order_id", text(key)));
        }
        self.send_bytes(
            topic,
            None,
            key.as_bytes(),
            encode(&self.schemas, record, &given),
            headers,
        )
    }

    pub(crate) fn send_bytes(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: &[u8],
        value: impl Into<Bytes>,
        headers: Vec<Header>,
    ) -> String {
        let value = Some(value.into());
        let (partition, offset) = self
            .broker
            .produce(topic, partition, Bytes::copy_from_slice(key), value, headers)
            .unwrap();
        format!("{topic}/{partition}/{offset}")
    }

    /// A customer places an order.
    pub(crate) fn place(&self, order: &str) -> String {
        self.send(
            "orders.events",
            order,
            "shop.orders.OrderPlaced",
            &[("total_minor", Value::Long(4_200))],
            vec![],
        )
    }

    /// A customer wants to cancel.
    pub(crate) fn cancel(&self, order: &str) -> String {
        self.send(
            "orders.requests",
            order,
            "shop.orders.OrderCancellationRequested",
            &[],
            vec![],
        )
    }

    /// A customer wants to pay again.
    pub(crate) fn retry_payment(&self, order: &str) -> String {
        self.send(
            "orders.requests",
            order,
            "shop.orders.PaymentRetryRequested",
            &[],
            vec![],
        )
    }

    /// All commands so far, in the order of their topics and partitions.
    pub(crate) fn all_commands(&self) -> Vec<Command> {
        COMMANDS
            .iter()
            .flat_map(|topic| self.broker.read(topic))
            .map(|record| Command::read(&record))
            .collect()
    }

    /// The commands that were sent since the last call.
    pub(crate) fn commands(&self) -> Vec<Command> {
        let mut answered = self.answered.borrow_mut();
        let mut new = Vec::new();
        for topic in COMMANDS {
            for partition in 0..self.broker_partitions(topic) {
                let all = self.broker.read(topic);
                let here: Vec<_> = all
                    .iter()
                    .filter(|record| record.source.partition == partition)
                    .collect();
                let seen = answered.entry(format!("{topic}/{partition}")).or_default();
                new.extend(here[*seen..].iter().map(|record| Command::read(record)));
                *seen = here.len();
            }
        }
        new
    }

    /// The new commands in short.
    pub(crate) fn told(&self) -> Vec<String> {
        self.commands().iter().map(Command::told).collect()
    }

    /// Answers `command` with `record`, headers echoed.
    pub(crate) fn answer(&self, command: &Command, record: &str, given: &[(&str, Value)]) -> String {
        self.send(
            &command.topic.replace("commands", "events"),
            &command.key,
            record,
            given,
            command.echo(),
        )
    }

    pub(crate) fn succeed(&self, command: &Command) -> String {
        self.answer(command, success(&command.record), &[])
    }

    pub(crate) fn refuse(&self, command: &Command, code: &str) -> String {
        let record = failure(&command.record).unwrap_or_else(|| panic!("{} cannot be refused", command.record));
        self.answer(command, record, &[("code", text(code))])
    }

    /// All participants do what they are asked; gives what that was.
    pub(crate) fn obey(&self) -> Vec<String> {
        let commands = self.commands();
        commands.iter().for_each(|command| drop(self.succeed(command)));
        commands.iter().map(Command::told).collect()
    }
}

fn schema_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            schema_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "avsc") {
            into.push(path);
        }
    }
}
