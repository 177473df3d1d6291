//! A task that runs: what it does next.
//!
//! At most one transaction is under way. What arrives meanwhile is the next batch.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use palinode_core::{Timestamp, TopicName};
use palinode_log::{Consumed, Paused, Slot, TopicPartition};
use palinode_store::{InputKey, Store, Stores};
use palinode_wire::Schemas;

use super::{
    Action, Demand, Shared, Signal, Status,
    barrier::Barrier,
    batch::{Batch, Taken},
    blame::Blame,
    checkpoint::Checkpoints,
    exits::{input_exit, store_exit},
    gather::Gather,
    held::Held,
    settle::InFlight,
    start_gate::StartGate,
    state_machine::Exit,
    take_over::Owned,
};
use crate::{
    journal::Journal,
    settings::{BATCH_RECORDS_MAX, BATCH_TIMERS_MAX, FOREIGN_PAUSE, TIMER_PAUSE},
    snapshots::Snapshots,
};

/// What a running task does next, or why it ends.
pub(super) type Turn = Result<Vec<Action>, Exit>;

/// A task that runs.
pub(super) struct Running<St: Stores> {
    pub(super) shared: Arc<Shared<St>>,
    pub(super) task: i32,
    pub(super) store: St::Store,
    pub(super) journal: Journal,
    pub(super) inputs: BTreeMap<TopicPartition, InputKey>,
    pub(super) slot: Slot,
    pub(super) schemas: Schemas,
    /// Records that were read and are not in a transaction that stands.
    pub(super) backlog: VecDeque<Consumed>,
    pub(super) in_flight: Option<InFlight>,
    /// Whom refusals by the broker concern.
    pub(super) blame: Blame,
    pub(super) barrier: Barrier,
    pub(super) gather: Gather,
    /// Topics whose forwarding has been logged.
    told_of: BTreeSet<TopicName>,
    pub(super) held: Held,
    pub(super) gate: StartGate,
    /// Set while an aborted transaction waits to be tried again.
    pub(super) pause_until: Option<Timestamp>,
    /// Transactions that were aborted in a row.
    pub(super) aborts: u32,
    /// The inputs that are not read at present.
    paused: BTreeSet<TopicPartition>,
    waiting_timers: WaitingTimers,
    foreign: Foreign,
    pub(super) checkpoints: Checkpoints,
    /// The offset of the claim in the journal.
    claim: Option<i64>,
}

/// Due timers that cannot fire: a schema is missing, or their saga cannot be handled.
#[derive(Debug, Default)]
struct WaitingTimers {
    count: usize,
    /// When they are tried again; no timer fires before.
    until: Option<Timestamp>,
}

/// Positions that only foreign records advanced; the next transaction takes them along.
#[derive(Debug, Default)]
struct Foreign {
    positions: BTreeMap<InputKey, i64>,
    since: Option<Timestamp>,
}

impl<St: Stores> Running<St> {
    pub(super) fn new(
        shared: Arc<Shared<St>>,
        task: i32,
        schemas: Schemas,
        journal: Journal,
        owned: Owned<St::Store>,
        now: Timestamp,
    ) -> Self {
        let snapshots = Snapshots::new(&shared, task, Arc::clone(journal.incarnation()));
        let gate = StartGate::new(&shared, &owned.inputs);
        Self {
            shared,
            task,
            store: owned.store,
            journal,
            inputs: owned.inputs,
            slot: owned.next_slot,
            schemas,
            backlog: VecDeque::new(),
            in_flight: None,
            blame: Blame::default(),
            barrier: Barrier::default(),
            gather: Gather::default(),
            told_of: BTreeSet::new(),
            held: Held::default(),
            gate,
            pause_until: None,
            aborts: 0,
            paused: BTreeSet::new(),
            waiting_timers: WaitingTimers::default(),
            foreign: Foreign::default(),
            checkpoints: Checkpoints::new(snapshots, now),
            claim: owned.claim,
        }
    }

    /// The store, as of the last transaction that stands.
    pub(super) fn store(&self) -> &St::Store {
        &self.store
    }

    /// The schemas that are known by now.
    pub(super) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Takes in what happened and says what to do.
    pub(super) fn handle(&mut self, signal: Signal, now: Timestamp) -> Turn {
        let mut actions = Vec::new();
        match signal {
            Signal::Records(records) => self.backlog.extend(records),
            Signal::Ended(outcome) if self.checkpoints.is_writing() => self.checkpoint_ended(outcome, now)?,
            Signal::Ended(outcome) => self.settle(outcome, now)?,
            Signal::Ends(Ok(ends)) => self.barrier.ends(ends),
            Signal::Ends(Err(error)) => {
                tracing::warn!(task = self.task, %error, "the ends of the inputs could not be read");
                self.barrier.failed(now);
            }
            Signal::Positions(Ok(mut positions)) => {
                // A record that is kept back was read and still waits.
                positions.retain(|(input, _)| !self.held.holds(input));
                self.barrier.positions(&positions);
            }
            Signal::Positions(Err(_)) => {}
            Signal::Schema(id, answer) => self.schema_answered(id, answer, now),
            Signal::InputsFailed(error) => return Err(input_exit(&error)),
            Signal::JournalFailed(_)
            | Signal::Journal(_)
            | Signal::JournalBounds(_)
            | Signal::SnapshotBounds(_)
            | Signal::Snapshots(..)
            | Signal::SnapshotsFailed(_)
            | Signal::Definitions(_)
            | Signal::DefinitionsChanged
            | Signal::Fenced(_)
            | Signal::Starts(_)
            | Signal::Tick
            | Signal::Proposed
            | Signal::Follow
            | Signal::Withdrawn
            | Signal::Stop => {}
        }
        self.held.ask_again(now, &mut actions);
        self.gate.adjust(self.store.open_count(), &self.shared.settings, now);
        let is_free = self.in_flight.is_none() && !self.checkpoints.is_writing();
        // One transaction at a time: a part of a checkpoint goes before the next inputs, and then leaves them alone.
        let is_free = is_free && !self.checkpoint(now, &mut actions)?;
        let may_begin = is_free && self.pause_until.is_none_or(|until| now >= until);
        if may_begin && !self.gather.goes_on(self.backlog.len(), now) {
            self.pause_until = None;
            self.next_batch(now, &mut actions)?;
        }
        self.adjust_paused(&mut actions);
        Ok(actions)
    }

    /// What to read now.
    pub(super) fn demand(&self, now: Timestamp) -> Demand {
        let is_writing = self.in_flight.is_some() || self.checkpoints.is_writing();
        let waits = is_writing || self.pause_until.is_some_and(|until| now < until);
        if waits || self.backlog.len() >= BATCH_RECORDS_MAX {
            Demand::Nothing
        } else {
            Demand::Inputs
        }
    }

    /// When it wants to be called at the latest.
    pub(super) fn next_deadline(&mut self) -> Option<Timestamp> {
        let next = self
            .pause_until
            .or(self.gather.ends_at())
            .or(self.waiting_timers.until)
            .or_else(|| self.barrier.wake_at());
        // A store that fails is met at once, also when nothing else happens.
        let next = next.or_else(|| self.store.next_due().unwrap_or(Some(Timestamp::default())));
        let foreign = self
            .foreign
            .since
            .filter(|_| self.pause_until.is_none())
            .map(|since| since.plus(FOREIGN_PAUSE));
        let checkpoint = self.checkpoints.wake_at();
        [next, foreign, self.held.wake_at(), self.gate.wake_at(), checkpoint]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether nothing that was read waits, be it for its turn, for a schema or for another try.
    pub(super) fn is_at_rest(&self) -> bool {
        self.in_flight.is_none()
            && self.backlog.is_empty()
            && self.pause_until.is_none()
            && self.held.inputs().next().is_none()
    }

    /// For people.
    pub(super) fn status(&self) -> Status {
        let waiting = [self.held.waiting(), self.gate.waiting(), self.barrier.waiting()]
            .into_iter()
            .flatten()
            .next();
        Status::Running {
            claim: self.claim,
            journal: self.store.checkpoint().journal.as_ref().map(|position| position.offset),
            open_sagas: self.store.open_count(),
            waiting,
        }
    }

    /// Has what is kept back, and starts while the gate is closed, not read, and everything else read.
    fn adjust_paused(&mut self, actions: &mut Vec<Action>) {
        if self.paused.is_empty() && self.held.inputs().next().is_none() && self.gate.inputs().is_empty() {
            return;
        }
        let wanted: BTreeSet<_> = self.held.inputs().chain(self.gate.inputs()).cloned().collect();
        let pause: Vec<_> = wanted.difference(&self.paused).cloned().collect();
        let resume: Vec<_> = self.paused.difference(&wanted).cloned().collect();
        for (inputs, paused) in [(pause, Paused::Yes), (resume, Paused::No)] {
            if !inputs.is_empty() {
                actions.push(Action::SetPaused(inputs, paused));
            }
        }
        self.paused = wanted;
    }

    fn next_batch(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Result<(), Exit> {
        // Replies before starts: work that is under way is finished before more is taken on.
        if self.backlog.len() > 1 {
            let routes = &self.shared.definitions.routes;
            let starts = |record: &Consumed| {
                routes
                    .topic(&record.source.topic)
                    .is_some_and(|topic| topic.starts_only)
            };
            self.backlog.make_contiguous().sort_by_cached_key(starts);
        }
        let clock = self.store.checkpoint().clock;
        let now = now.max(clock);
        let due_until = self.timers_may_fire(now, actions)?;
        let timers = match due_until {
            Some(until) => {
                let limit = BATCH_TIMERS_MAX + std::mem::take(&mut self.waiting_timers.count);
                self.store.due_timers(until, limit).map_err(store_exit)?
            }
            None => Vec::new(),
        };
        let mut batch = Batch::new(
            &self.shared,
            self.task,
            &self.schemas,
            &mut self.journal,
            &self.store,
            &self.blame,
            now,
        );
        batch.draft.positions = std::mem::take(&mut self.foreign.positions);
        let mut taken = Vec::new();
        while taken.len() < BATCH_RECORDS_MAX {
            let Some(record) = self.backlog.pop_front() else { break };
            if let Some(held) = self.held.keep_behind(record) {
                let Some(input) = self.inputs.get(&held.source) else {
                    continue;
                };
                match batch.record(input, &self.held, &held).map_err(store_exit)? {
                    Taken::Yes => taken.push(held),
                    Taken::SchemaMissing(schema) => self.held.hold(schema, held, now, actions),
                    Taken::No => {}
                }
            }
        }
        for (id, timer) in timers {
            match batch.timer(&self.held, &id, timer).map_err(store_exit)? {
                Taken::Yes => continue,
                Taken::SchemaMissing(schema) => self.held.ask(schema, now, actions),
                Taken::No => {}
            }
            self.waiting_timers.count += 1;
            self.waiting_timers.until = Some(now.plus(TIMER_PAUSE));
        }
        let mut draft = batch.finish()?;
        self.tell_of_forwarding(std::mem::take(&mut draft.forwarded_from));
        if draft.positions.is_empty() && draft.records.is_empty() {
            return Ok(());
        }
        let since = self.foreign.since.take().unwrap_or(now);
        if draft.records.is_empty() && now.since(since) < FOREIGN_PAUSE {
            self.foreign = Foreign {
                positions: std::mem::take(&mut draft.positions),
                since: Some(since),
            };
            return Ok(());
        }
        let (in_flight, records) = InFlight::new(draft, taken, now, &mut self.journal);
        self.in_flight = Some(in_flight);
        actions.push(Action::Transact {
            slot: self.slot,
            records,
        });
        Ok(())
    }

    /// Says once for each topic that its records come by the wrong partitions, and what to do about it.
    fn tell_of_forwarding(&mut self, topics: BTreeSet<TopicName>) {
        for topic in topics {
            if self.told_of.insert(topic.clone()) {
                tracing::warn!(
                    task = self.task,
                    %topic,
                    "records of this topic stand on other partitions than their keys say and are forwarded, which takes a \
                     transaction more; let their producer partition by murmur2, as Java clients do (librdkafka: \
                     partitioner=murmur2_random), and give the topic as many partitions as the application has"
                );
            }
        }
    }

    /// Up to which due time timers may fire in this batch; asks for the ends of the inputs when that is not known.
    fn timers_may_fire(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Result<Option<Timestamp>, Exit> {
        match self.waiting_timers.until {
            Some(until) if now < until => return Ok(None),
            Some(_) => {
                self.waiting_timers.until = None;
                // The first due time is theirs and old; later ones need a new look at the ends.
                self.barrier.idle();
            }
            None => {}
        }
        let Some(due) = self.store.next_due().map_err(store_exit)?.filter(|due| *due <= now) else {
            self.barrier.idle();
            return Ok(None);
        };
        let processed = &self.store.checkpoint().positions;
        let inputs = &self.inputs;
        let readable = || {
            inputs
                .keys()
                .filter(|input| !self.gate.is_paused(input))
                .cloned()
                .collect::<Vec<_>>()
        };
        let foreign = &self.foreign.positions;
        let next = |key: &InputKey| foreign.get(key).or_else(|| processed.get(key)).copied();
        let read = |input: &TopicPartition| inputs.get(input).and_then(next);
        Ok(self
            .barrier
            .passed(due, now, self.backlog.is_empty(), read, readable, actions))
    }
}
