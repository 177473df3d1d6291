//! What a stub does with a command, and when. It knows no Kafka, and its time is the sandbox's.

use std::{collections::BTreeMap, time::Duration};

use palinode_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Answers, Asked, Change, Counts, Forms, Positions, Rules, Sagas, Stub, StubsState,
    reply::{Command, Reply, Verdict},
    rules::Out,
};
use crate::sandbox::dice::Dice;

/// How much longer than others a reply waits that is to be overtaken.
const OVERTAKEN: Duration = Duration::from_millis(200);

/// All stubs.
pub(in super::super) struct Desk {
    stubs: BTreeMap<Asked, Stub>,
    forms: Forms,
    pub(in super::super) rules: Rules,
    /// From when outages are counted.
    began: Timestamp,
    pending: BTreeMap<(Timestamp, u64), Pending>,
    /// Commands whose stub is out until somebody says that it is back.
    out: Vec<Command>,
    taken: u64,
    pub(in super::super) answers: Answers,
    counts: BTreeMap<String, Counts>,
    pub(in super::super) sagas: Sagas,
    pub(super) positions: Positions,
    /// Something is different since somebody asked last.
    changed: bool,
}

/// What falls due.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) enum Pending {
    Command(Command),
    Copy(Reply),
}

impl Desk {
    /// The stubs, with nothing to do.
    pub(in super::super) fn new(stubs: BTreeMap<Asked, Stub>, forms: Forms, rules: Rules, now: Timestamp) -> Self {
        Self {
            stubs,
            forms,
            rules,
            began: now,
            pending: BTreeMap::new(),
            out: Vec::new(),
            taken: 0,
            answers: Answers::default(),
            counts: BTreeMap::new(),
            sagas: Sagas::default(),
            positions: Positions::new(),
            changed: true,
        }
    }

    /// Goes on where stubs had been.
    pub(in super::super) fn resume(&mut self, state: StubsState) {
        self.began = Timestamp(state.began_ms);
        for (due_ms, pending) in state.pending {
            self.wait(Timestamp(due_ms), pending);
        }
        self.out = state.out;
        self.counts = state.counts;
        self.sagas = state.sagas;
        self.positions = state.positions;
        self.rules.follow(state.rules);
    }

    /// Where the stubs stand, answers apart.
    pub(in super::super) fn state(&self) -> StubsState {
        let pending = |((due, _), pending): (&(Timestamp, u64), &Pending)| (due.0, pending.clone());
        StubsState {
            began_ms: self.began.0,
            pending: self.pending.iter().map(pending).collect(),
            out: self.out.clone(),
            counts: self.counts.clone(),
            sagas: self.sagas,
            positions: self.positions.clone(),
            rules: self.rules.clone(),
        }
    }

    /// Whether anything is different since this was asked last.
    pub(in super::super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// A record was read.
    pub(super) fn read(&mut self, topic: &str, partition: i32, offset: i64) {
        let topic = match self.positions.get_mut(topic) {
            Some(topic) => topic,
            None => self.positions.entry(topic.to_owned()).or_default(),
        };
        topic.insert(partition, offset + 1);
        self.changed = true;
    }

    /// Takes a command. One that nobody here answers is left alone.
    pub(super) fn take(&mut self, command: Command, now: Timestamp) {
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
        let mut dice = Dice::about(self.rules.seed, &command.throw());
        let mut latency = dice.between(rule.latency.min.0, rule.latency.max.0);
        if dice.falls(rule.reorder) {
            latency += rule.latency.max.0 + OVERTAKEN;
        }
        self.wait(now.plus(latency), Pending::Command(command));
    }

    /// When something falls due next.
    pub(in super::super) fn next_due(&self) -> Option<Timestamp> {
        self.pending.keys().next().map(|(due, _)| *due)
    }

    /// The replies that are due.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Reply> {
        let mut replies = Vec::new();
        while let Some(entry) = self.pending.first_entry().filter(|entry| entry.key().0 <= now) {
            self.changed = true;
            match entry.remove() {
                Pending::Copy(reply) => replies.push(reply),
                Pending::Command(command) => replies.extend(self.answer(command, now)),
            }
        }
        replies
    }

    fn answer(&mut self, command: Command, now: Timestamp) -> Option<Reply> {
        let stub = self.stubs.get(&command.asked)?;
        let rule = self.rules.of(&stub.command)?;
        if rule.real {
            return None;
        }
        match rule.out(now.since(self.began)) {
            Out::No => {}
            Out::Until(end) => {
                let end = self.began.plus(end);
                self.wait(end, Pending::Command(command));
                return None;
            }
            Out::UntilBack => {
                self.out.push(command);
                return None;
            }
        }
        let seed = self.rules.seed;
        let request = command.idempotency_key.clone();
        let mut dice = Dice::about(seed, &format!("{request}/verdict"));
        let refused = dice.falls(rule.failures);
        let thrown = if refused { Verdict::Refused } else { Verdict::Done };
        let known = self.answers.of(&request);
        let verdict = known.unwrap_or(thrown);
        let reply = match self.forms.reply(&command, stub, (seed, rule), verdict, now) {
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
            let again = now.plus(rule.latency.max.0);
            self.wait(again, Pending::Copy(reply.clone()));
        }
        if known.is_none()
            && let Err(error) = self.answers.remember(&request, verdict)
        {
            tracing::error!(error = format!("{error:#}"), "an answer is not kept over a restart");
        }
        Some(reply)
    }

    fn wait(&mut self, due: Timestamp, pending: Pending) {
        self.taken += 1;
        self.pending.insert((due, self.taken), pending);
    }

    /// Changes how a stub behaves, and gives the name of its command.
    pub(in super::super) fn change(&mut self, change: &Change, now: Timestamp) -> anyhow::Result<String> {
        let command = self.rules.change(change, &self.stubs)?;
        self.changed = true;
        // Those whose stub is still out are put aside again.
        for waiting in std::mem::take(&mut self.out) {
            self.wait(now, Pending::Command(waiting));
        }
        Ok(command)
    }

    /// The commands: what is said of their stubs, and what they did.
    pub(in super::super) fn describe(&self, now: Timestamp) -> BTreeMap<String, (String, Counts)> {
        let mut waiting: BTreeMap<&str, u64> = BTreeMap::new();
        let pending = self.pending.values().filter_map(|pending| match pending {
            Pending::Command(command) => Some(command),
            Pending::Copy(_) => None,
        });
        for command in pending.chain(&self.out) {
            if let Some(stub) = self.stubs.get(&command.asked) {
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
        let since = now.since(self.began);
        self.rules.describe(since).into_iter().map(line).collect()
    }
}
