//! The limit: the records of as many sagas through bare transactions.
//!
//! Twelve tasks, each with two transactional ids in turn, read all inputs of the sagas, which wait in their topics, and
//! write what a saga writes, by topic and size, an equal share of it for each input; each transaction ends with a journal
//! record of positions. Nothing is decoded, decided or stored, and nobody answers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail};
use bytes::Bytes;
use palinode_log::{
    Application, Log, Outcome, PollLimits, Produced, Slot, TaskLog, TopicPartition,
    kafka::{KafkaLog, KafkaTask, Settings, topics::Topics},
};
use palinode_server::Catalogue;
use palinode_wire::partition_of;

use super::{
    arguments::Arguments,
    client::{Writer, owned},
    figures::{Figures, short},
    ground::{Ground, PARTITIONS},
    processor,
    sample::{INPUTS, JOURNAL, Sample, Template},
};

/// What stands before the topics of the pass-through.
pub(super) const PREFIX: &str = "limit.";
/// As much as a task of the engine takes at a time.
pub(super) const LIMITS: PollLimits = PollLimits {
    records_max: 500,
    bytes_max: 4 * 1024 * 1024,
};
const LINGER: Duration = Duration::from_millis(5);
/// How often a topic without a leader is asked for again.
const LOOK: Duration = Duration::from_millis(100);
/// Without a record for this time something is wrong.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Measures all runs.
pub(super) fn measure(
    ground: &Ground,
    sample: &Sample,
    arguments: &Arguments,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let broker = Broker::of(ground);
    create_topics(ground, &broker.bootstrap)?;
    let (records, bytes) = sample.written();
    println!(
        "pass-through: {} records in and {records} out a saga, {bytes} bytes without keys",
        sample.inputs.len()
    );
    for number in 1..=arguments.runs() {
        let run = run(&broker, sample, &format!("p{number}"), arguments.starts, LIMITS)?;
        let rate = f64::from(arguments.starts) / run.took.as_secs_f64();
        let each = |time: Duration| time.as_secs_f64() * 1_000.0 / f64::from(arguments.starts);
        println!(
            "pass-through {number}: {} sagas/s, {} ms a saga",
            short(rate),
            short(each(run.tasks))
        );
        figures.add("pass-through: rate", "sagas/s", None, rate);
        figures.add("pass-through: its processor time a saga", "ms", None, each(run.tasks));
        figures.add(
            "pass-through: broker's processor time a saga",
            "ms",
            None,
            each(run.broker),
        );
        figures.add(
            "pass-through: inputs a transaction",
            "",
            None,
            run.inputs / run.transactions,
        );
    }
    Ok(())
}

/// Creates the topics of the pass-through on a broker.
pub(super) fn create_topics(ground: &Ground, bootstrap: &str) -> anyhow::Result<()> {
    let mut specs = Catalogue::read(&ground.repository.join("schemas/catalog.yaml"))?.specs(PREFIX, 1)?;
    specs.iter_mut().for_each(|spec| spec.partitions = PARTITIONS);
    Topics::connect(&Settings::new(bootstrap))?.create(&specs)?;
    Ok(())
}

/// A broker that records are passed through.
pub(super) struct Broker {
    /// Where clients connect first.
    pub(super) bootstrap: String,
    /// The process that it runs in.
    pub(super) process: u32,
}

impl Broker {
    /// That of the ground.
    pub(super) fn of(ground: &Ground) -> Self {
        Self {
            bootstrap: ground.cluster.bootstrap().to_owned(),
            process: ground.broker(),
        }
    }
}

/// What one run took.
pub(super) struct Run {
    pub(super) took: Duration,
    tasks: Duration,
    broker: Duration,
    transactions: f64,
    inputs: f64,
}

/// Passes the records of so many sagas through a broker; `limits` are those of the inputs of a transaction.
pub(super) fn run(broker: &Broker, sample: &Sample, name: &str, sagas: u32, limits: PollLimits) -> anyhow::Result<Run> {
    let application = Application {
        name: "limit".into(),
        topic_prefix: PREFIX.into(),
        partitions: PARTITIONS,
        member: "limit".into(),
    };
    let log = KafkaLog::new(Settings::new(&broker.bootstrap), application)?;
    let outputs = Arc::new(Outputs::new(sample));
    let mut tasks = Vec::new();
    for task in 0..PARTITIONS {
        tasks.push(Task::open(&log, task, Arc::clone(&outputs))?);
    }
    let shares = preload(&broker.bootstrap, sample, name, sagas)?;

    let begin = Arc::new(Barrier::new(tasks.len() + 1));
    let threads: Vec<_> = tasks
        .into_iter()
        .map(|mut task| {
            let (begin, share) = (
                Arc::clone(&begin),
                shares.get(&task.number).copied().unwrap_or_default(),
            );
            thread::spawn(move || {
                begin.wait();
                task.pass(share, limits)
            })
        })
        .collect();
    let used = || anyhow::Ok([processor::used(std::process::id())?, processor::used(broker.process)?]);
    let before = used()?;
    let begun = Instant::now();
    begin.wait();
    let mut transactions = 0;
    for thread in threads {
        transactions += thread
            .join()
            .map_err(|_| anyhow!("a task of the pass-through panicked"))??;
    }
    let took = begun.elapsed();
    let after = used()?;
    Ok(Run {
        took,
        tasks: after[0] - before[0],
        broker: after[1] - before[1],
        transactions: f64::from(transactions),
        inputs: f64::from(sagas) * sample.inputs.len() as f64,
    })
}

/// Where the inputs end. Topics that were created a moment ago may have no leader yet.
fn ends(log: &mut KafkaTask, inputs: &[TopicPartition]) -> anyhow::Result<Vec<i64>> {
    let deadline = Instant::now() + SILENCE_MAX;
    loop {
        match log.ends(inputs) {
            Err(error) if error.is_retriable() && Instant::now() < deadline => thread::sleep(LOOK),
            ends => return Ok(ends?),
        }
    }
}

/// Writes the inputs of all sagas; gives their number by task.
fn preload(bootstrap: &str, sample: &Sample, name: &str, sagas: u32) -> anyhow::Result<BTreeMap<i32, usize>> {
    let writer = Writer::new(bootstrap, LINGER)?;
    let mut shares = BTreeMap::new();
    let inputs: Vec<_> = sample
        .inputs
        .iter()
        .map(|input| (format!("{PREFIX}{}", input.topic), input))
        .collect();
    for number in 0..sagas {
        let key = format!("{name}-{number:08}");
        *shares.entry(partition_of(key.as_bytes(), PARTITIONS)).or_default() += inputs.len();
        for (topic, input) in &inputs {
            writer.send(topic, key.as_bytes(), &input.value, owned(&input.headers))?;
        }
    }
    writer.flush()?;
    Ok(shares)
}

/// What is written for each input of a saga, in turn.
struct Outputs {
    shares: Vec<Vec<(Arc<str>, Template)>>,
    last: Option<(Arc<str>, Template)>,
}

impl Outputs {
    fn new(sample: &Sample) -> Self {
        let full = |template: &Template| (Arc::from(format!("{PREFIX}{}", template.topic)), template.clone());
        let mut shares = vec![Vec::new(); sample.inputs.len()];
        for (at, output) in sample.outputs.iter().enumerate() {
            let share = at % shares.len();
            shares[share].push(full(output));
        }
        Self {
            shares,
            last: sample.last.as_ref().map(full),
        }
    }
}

struct Task {
    number: i32,
    log: KafkaTask,
    woken: Arc<Woken>,
    outputs: Arc<Outputs>,
    positions: Vec<(TopicPartition, i64)>,
}

#[derive(Default)]
struct Woken {
    records: Mutex<bool>,
    changed: Condvar,
}

impl Woken {
    fn set(&self) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(records, SILENCE_MAX, |records| !*records);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

impl Task {
    /// Initialises the ids and notes where the inputs end before they are preloaded.
    fn open(log: &KafkaLog, number: i32, outputs: Arc<Outputs>) -> anyhow::Result<Self> {
        let woken = Arc::new(Woken::default());
        let waker = Arc::clone(&woken);
        let mut log = log.open(number, Arc::new(move || waker.set()))?;
        for slot in [Slot::A, Slot::B] {
            log.fence(slot)?;
        }
        let inputs = INPUTS.map(|topic| TopicPartition::new(format!("{PREFIX}{topic}"), number));
        let ends = ends(&mut log, &inputs)?;
        Ok(Self {
            number,
            log,
            woken,
            outputs,
            positions: inputs.into_iter().zip(ends).collect(),
        })
    }

    /// Passes `share` inputs on; gives the number of transactions.
    fn pass(&mut self, share: usize, limits: PollLimits) -> anyhow::Result<u32> {
        self.log.assign(&self.positions)?;
        let (mut slot, mut passed, mut transactions) = (Slot::A, 0, 0);
        let mut inputs = Vec::new();
        let mut heard = Instant::now();
        while passed < share {
            inputs.clear();
            self.log.poll(limits, Duration::ZERO, &mut inputs)?;
            if inputs.is_empty() {
                if heard.elapsed() > SILENCE_MAX {
                    bail!("task {} got {passed} of {share} inputs", self.number);
                }
                self.woken.wait();
                continue;
            }
            heard = Instant::now();
            let mut records = Vec::with_capacity(inputs.len() * 4);
            for input in &inputs {
                let key = input.key.clone();
                let outputs = &self.outputs.shares[passed % self.outputs.shares.len()];
                records.extend(
                    outputs
                        .iter()
                        .map(|(topic, template)| self.record(topic, template, key.clone())),
                );
                passed += 1;
            }
            let last = self.outputs.last.as_ref();
            records
                .extend(last.map(|(topic, template)| self.record(topic, template, Some(Bytes::from_static(b"task")))));
            match self.log.commit(slot, &records) {
                Outcome::Committed { .. } => {}
                other => bail!("a transaction of the pass-through did not stand: {other:?}"),
            }
            slot = slot.other();
            transactions += 1;
        }
        self.log.release();
        Ok(transactions)
    }

    fn record(&self, topic: &Arc<str>, template: &Template, key: Option<Bytes>) -> Produced {
        Produced {
            topic: Arc::clone(topic),
            partition: (template.topic == JOURNAL).then_some(self.number),
            key,
            value: Some(template.value.clone()),
            headers: template.headers.clone(),
        }
    }
}
