//! Sequences are carried out against both brokers, and what was observed is compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

use palinode_sandbox::{
    broker::{self, Server},
    kafka::{self, Kafka},
};

use crate::{
    differences::{self, Difference},
    generate,
    peer::Peer,
    steps::Step,
};

/// How many sequences are carried out at a time: a client mostly waits.
const THREADS: usize = 4;
/// How long ago the first record of a sequence was made, so that no marker is as old.
const RECORDS_AGE_MS: i64 = 600_000;
/// Steps before one that differs that are shown.
const SHOWN_BEFORE: usize = 14;

/// Real Kafka and the embedded broker.
pub(crate) struct Brokers {
    kafka: Kafka,
    embedded: Server,
    /// So that a run's topics, groups and ids are those of nobody before.
    time: i64,
}

/// What a comparison found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) steps: usize,
    /// How many of them succeeded on both.
    pub(crate) succeeded: usize,
    /// How often each difference of the list was met.
    pub(crate) differences: BTreeMap<&'static str, usize>,
    /// Sequences that differ otherwise, each with its steps up to there.
    pub(crate) unexplained: Vec<String>,
}

impl Brokers {
    pub(crate) fn start() -> Brokers {
        let properties = [
            // The embedded broker's limit, which is Kafka's default; the node for tests takes shorter ones.
            ("group.min.session.timeout.ms", "6000"),
            // Members of the new protocol are assigned to at once, as by the embedded broker: otherwise a second later.
            ("group.consumer.min.assignment.interval.ms", "0"),
            ("group.consumer.assignment.interval.ms", "0"),
            ("group.consumer.assignor.offload.enable", "false"),
        ];
        let settings = kafka::Settings {
            properties: properties
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..kafka::Settings::default()
        };
        let kafka = Kafka::start(settings).unwrap_or_else(|error| panic!("no Kafka: {error}"));
        let embedded = Server::start(broker::Settings::default()).unwrap_or_else(|error| panic!("no broker: {error}"));
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock after 1970")
            .as_millis();
        Brokers {
            kafka,
            embedded,
            time: now as i64 - RECORDS_AGE_MS,
        }
    }

    /// Compares so many sequences.
    pub(crate) fn compare(&self, sequences: u64) -> Found {
        let next = AtomicU64::new(0);
        let found = Mutex::new(Found::default());
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= sequences {
                            return;
                        }
                        let outcome = self.compare_one(number);
                        found.lock().expect("no thread panicked").add(outcome);
                    }
                });
            }
        });
        found.into_inner().expect("no thread panicked")
    }

    fn compare_one(&self, number: u64) -> Found {
        let steps = generate::sequence(number);
        let mut kafka = Peer::new(&self.kafka.bootstrap(), number, self.time);
        let mut embedded = Peer::new(&self.embedded.bootstrap(), number, self.time);
        let mut found = Found::default();
        let mut told: Vec<(&Step, String)> = Vec::new();
        for step in &steps {
            let (theirs, ours) = (kafka.perform(step), embedded.perform(step));
            found.steps += 1;
            found.succeeded += usize::from([&theirs, &ours].iter().all(|told| told.starts_with("ok")));
            if theirs != ours {
                match differences::name(step, &theirs, &ours) {
                    Some(Difference { name, parts, .. }) => {
                        *found.differences.entry(name).or_default() += 1;
                        if *parts {
                            return found;
                        }
                    }
                    None => {
                        found.unexplained.push(report(number, &told, step, &theirs, &ours));
                        return found;
                    }
                }
            }
            told.push((step, theirs));
        }
        found
    }
}

impl Found {
    fn add(&mut self, other: Found) {
        self.steps += other.steps;
        self.succeeded += other.succeeded;
        self.unexplained.extend(other.unexplained);
        for (name, count) in other.differences {
            *self.differences.entry(name).or_default() += count;
        }
    }
}

fn report(number: u64, told: &[(&Step, String)], step: &Step, theirs: &str, ours: &str) -> String {
    let mut text = format!("sequence {number}, step {}:\n", told.len());
    for (before, told) in &told[told.len().saturating_sub(SHOWN_BEFORE)..] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {before:?}\n    → {told}");
    }
    let _ = writeln!(text, "  {step:?}\n    Kafka:    {theirs}\n    embedded: {ours}");
    text
}
