//! What a stub does with a command, and when. It knows no Kafka.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use palinode_core::Timestamp;

use super::{
    Asked, Change, Counts, Forms, Rules, Stub,
    reply::{Command, Reply, Verdict},
};
use crate::sandbox::dice::Dice;

/// How often a stub that is out is looked at again.
const OUT_LOOK: Duration = Duration::from_millis(50);
/// How much longer than others a reply waits that is to be overtaken.
const OVERTAKEN: Duration = Duration::from_millis(200);
/// Requests whose answer is remembered, so that a repeated one is answered alike after the rules were changed.
const REMEMBERED_MAX: usize = 100_000;

/// All stubs.
pub(in super::super) struct Desk {
    stubs: BTreeMap<Asked, Stub>,
    forms: Forms,
    rules: Rules,
    started: Instant,
    pending: BTreeMap<(Instant, u64), Pending>,
    taken: u64,
    answered: BTreeMap<Arc<str>, Verdict>,
    oldest: VecDeque<Arc<str>>,
    counts: BTreeMap<String, Counts>,
}

/// What falls due.
enum Pending {
    Command(Command),
    Copy(Reply),
}

impl Desk {
    /// The stubs, with nothing to do.
    pub(in super::super) fn new(stubs: BTreeMap<Asked, Stub>, forms: Forms, rules: Rules) -> Self {
        let counts = stubs.values().map(|stub| (stub.command.clone(), Counts::default()));
        Self {
            counts: counts.collect(),
            stubs,
            forms,
            rules,
            started: Instant::now(),
            pending: BTreeMap::new(),
            taken: 0,
            answered: BTreeMap::new(),
            oldest: VecDeque::new(),
        }
    }

    /// Takes a command. One that nobody here answers is left alone.
    pub(super) fn take(&mut self, command: Command, now: Instant) {
        let Some(rule) = self
            .stubs
            .get(&command.asked)
            .and_then(|stub| self.rules.of(&stub.command))
        else {
            return;
        };
        if rule.real {
            return;
        }
        let mut dice = Dice::about(self.rules.seed, &command.id);
        let mut latency = dice.between(rule.latency.min.0, rule.latency.max.0);
        if dice.falls(rule.reorder) {
            latency += rule.latency.max.0 + OVERTAKEN;
        }
        self.wait(now + latency, Pending::Command(command));
    }

    /// When something falls due next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.pending.keys().next().map(|(due, _)| *due)
    }

    /// The replies that are due.
    pub(super) fn due(&mut self, now: Instant, clock: Timestamp) -> Vec<Reply> {
        let mut replies = Vec::new();
        while let Some(entry) = self.pending.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Pending::Copy(reply) => replies.push(reply),
                Pending::Command(command) => replies.extend(self.answer(command, now, clock)),
            }
        }
        replies
    }

    fn answer(&mut self, command: Command, now: Instant, clock: Timestamp) -> Option<Reply> {
        let stub = self.stubs.get(&command.asked)?;
        let rule = self.rules.of(&stub.command)?;
        if rule.real {
            return None;
        }
        if rule.is_out(now.saturating_duration_since(self.started)) {
            self.wait(now + OUT_LOOK, Pending::Command(command));
            return None;
        }
        let seed = self.rules.seed;
        let mut dice = Dice::about(seed, &format!("{}/verdict", command.idempotency_key));
        let refused = dice.falls(rule.failures);
        let thrown = if refused { Verdict::Refused } else { Verdict::Done };
        let known = self.answered.get(command.idempotency_key.as_str()).copied();
        let verdict = known.unwrap_or(thrown);
        let reply = match self.forms.reply(&command, stub, (seed, rule), verdict, clock) {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(
                    command = stub.command,
                    error = format!("{error:#}"),
                    "a command was not answered"
                );
                return None;
            }
        };
        let counts = self.counts.entry(stub.command.clone()).or_default();
        match verdict {
            Verdict::Done => counts.succeeded += 1,
            Verdict::Refused => counts.failed += 1,
        }
        if dice.falls(rule.duplicates) {
            counts.repeated += 1;
            let again = now + rule.latency.max.0;
            self.wait(again, Pending::Copy(reply.clone()));
        }
        if known.is_none() {
            self.remember(command.idempotency_key.into(), verdict);
        }
        Some(reply)
    }

    fn remember(&mut self, key: Arc<str>, verdict: Verdict) {
        self.answered.insert(Arc::clone(&key), verdict);
        self.oldest.push_back(key);
        if self.oldest.len() > REMEMBERED_MAX
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.answered.remove(&oldest);
        }
    }

    fn wait(&mut self, due: Instant, pending: Pending) {
        self.taken += 1;
        self.pending.insert((due, self.taken), pending);
    }

    /// Changes how a stub behaves, and gives the name of its command.
    pub(in super::super) fn change(&mut self, change: &Change) -> anyhow::Result<String> {
        self.rules.change(change, &self.stubs)
    }

    /// The commands: what is said of their stubs, and what they did.
    pub(in super::super) fn describe(&self) -> BTreeMap<String, (String, Counts)> {
        let mut waiting: BTreeMap<&str, u64> = BTreeMap::new();
        for pending in self.pending.values() {
            if let Pending::Command(command) = pending
                && let Some(stub) = self.stubs.get(&command.asked)
            {
                *waiting.entry(&stub.command).or_default() += 1;
            }
        }
        let line = |(command, words): (String, String)| {
            let counts = Counts {
                waiting: waiting.get(command.as_str()).copied().unwrap_or_default(),
                ..self.counts.get(&command).copied().unwrap_or_default()
            };
            (command, (words, counts))
        };
        self.rules
            .describe(self.started.elapsed())
            .into_iter()
            .map(line)
            .collect()
    }
}
