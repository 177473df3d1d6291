//! `palinode observe`: a reader of committed records that writes down what it was handed.

mod file;

use std::{path::Path, sync::Arc, thread, time::Duration};

use palinode_audit::{Did, Notes, content_digest};
use palinode_log::{
    Application, Consumed, Error, Log, PollLimits, TaskLog, TopicPartition,
    kafka::{KafkaLog, KafkaTask},
};
use palinode_server::Catalogue;

use self::file::Kept;
use crate::{Verdict, arguments::Observe, audit::judged, cluster::Reached, say};

/// How long a poll waits for the first record.
const WAIT: Duration = Duration::from_millis(500);
/// Before what failed is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// What one poll brings: some hundred kilobytes of lines.
const LIMITS: PollLimits = PollLimits {
    records_max: 5_000,
    bytes_max: 16 * 1024 * 1024,
};

/// Its own application: it owns no task, and joins no group.
const APPLICATION: &str = "palinode-observer";

/// A reader and its notes.
struct Observer {
    task: KafkaTask,
    prefix: String,
    /// What is read next.
    positions: Vec<(TopicPartition, i64)>,
    notes: Notes<std::fs::File>,
}

pub(crate) fn observe(arguments: &Observe) -> anyhow::Result<Verdict> {
    let reached = arguments.cluster.reach(None)?;
    let kept = Kept::open(&arguments.to, &arguments.name)?;
    let mut observer = Observer::start(arguments, &reached, kept)?;
    tell(&observer, &arguments.to)?;
    let mut handed = Vec::new();
    loop {
        let polled = observer.task.poll(LIMITS, WAIT, &mut handed);
        observer.note(&handed)?;
        handed.clear();
        if let Err(error) = polled {
            again(&error);
            observer.go_on()?;
        }
    }
}

impl Observer {
    /// Reads from where the notes end on.
    fn start(arguments: &Observe, reached: &Reached, kept: Kept) -> anyhow::Result<Self> {
        let application = Application {
            name: APPLICATION.into(),
            topic_prefix: reached.topic_prefix.as_str().into(),
            partitions: 1,
            member: arguments.name.as_str().into(),
        };
        let log = KafkaLog::new(reached.kafka.clone(), application)?;
        let mut task = log.open(0, Arc::new(|| {}))?;
        let mut positions = Vec::new();
        for topic in wanted(arguments)? {
            let name: Arc<str> = format!("{}{topic}", reached.topic_prefix).into();
            let partitions = insist(|| log.partitions(&name))?;
            let sources = (0..partitions).map(|partition| TopicPartition::new(Arc::clone(&name), partition));
            let sources: Vec<_> = sources.collect();
            let starts = insist(|| task.starts(&sources))?;
            for (source, start) in sources.into_iter().zip(starts) {
                let next = kept.next(&topic, source.partition).unwrap_or(start);
                positions.push((source, next));
            }
        }
        let mut observer = Self {
            task,
            prefix: reached.topic_prefix.clone(),
            positions,
            notes: kept.notes,
        };
        observer.assign()?;
        Ok(observer)
    }

    /// Reads from the positions on.
    fn assign(&mut self) -> anyhow::Result<()> {
        for (source, next) in &self.positions {
            let did = Did::Sought { offset: *next };
            self.notes.note(short(source, &self.prefix), source.partition, did);
        }
        self.notes.write()?;
        Ok(self.task.assign(&self.positions)?)
    }

    /// Reads on after a failure; what retention has taken away is passed over.
    fn go_on(&mut self) -> anyhow::Result<()> {
        thread::sleep(PAUSE);
        let sources: Vec<_> = self.positions.iter().map(|(source, _)| source.clone()).collect();
        let starts = insist(|| self.task.starts(&sources))?;
        for ((_, next), start) in self.positions.iter_mut().zip(starts) {
            *next = start.max(*next);
        }
        self.assign()
    }

    fn note(&mut self, handed: &[Consumed]) -> anyhow::Result<()> {
        for record in handed {
            let Consumed {
                source, offset, value, ..
            } = record;
            let did = Did::Polled {
                offset: *offset,
                digest: content_digest(value.as_deref()),
            };
            self.notes.note(short(source, &self.prefix), source.partition, did);
            if let Some((_, next)) = self.positions.iter_mut().find(|(known, _)| known == source) {
                *next = offset + 1;
            }
        }
        Ok(self.notes.write()?)
    }
}

/// The topics that are read.
fn wanted(arguments: &Observe) -> anyhow::Result<Vec<String>> {
    if !arguments.topics.is_empty() {
        return Ok(arguments.topics.clone());
    }
    let catalogue = Catalogue::read(&arguments.catalog)?;
    Ok(judged(&catalogue).map(str::to_owned).collect())
}

/// Asks until the broker answers.
fn insist<T>(mut ask: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match ask() {
            Err(error) if error.is_retriable() => again(&error),
            answered => return answered,
        }
        thread::sleep(PAUSE);
    }
}

fn again(error: &Error) {
    eprintln!("palinode: {error}; trying again");
}

fn tell(observer: &Observer, to: &Path) -> anyhow::Result<()> {
    let partitions = observer.positions.len();
    say(format_args!(
        "reading {partitions} partitions, writing to {}",
        to.display()
    ))
}

fn short<'a>(source: &'a TopicPartition, prefix: &str) -> &'a str {
    source.topic.strip_prefix(prefix).unwrap_or(&source.topic)
}
