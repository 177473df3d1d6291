//! Everything of a sandbox that has state: it is started, stopped, and started again from another state.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use palinode_core::{SchemaId, Timestamp};
use palinode_engine::{
    Clock,
    cycle::{self, Standing},
};
use palinode_log::registry::RegistryClient;
use palinode_server::Server;
use palinode_wire::rfc3339;
use parking_lot::Mutex;
use tokio::runtime::Runtime;

use super::{
    control::Order,
    ground::Ground,
    kept::{Kept, SnapshotFolder, State},
    opening::{Addresses, Opening},
    scenario::{Event, Outside, Recorder, Watch},
    senders::{Sender, Starter},
    stage::Stage,
    status::{Status, StubStatus},
    stub::{Change, Desk, Sagas, Workers},
    time::Time,
};

/// All tasks run within this time, also on a busy machine.
const READY_AT_MOST: Duration = Duration::from_secs(60);
const READY_LOOK: Duration = Duration::from_millis(2);
/// Whatever is under way comes to rest within this time, unless something hangs.
const REST_AT_MOST: Duration = Duration::from_secs(60);
const REST_LOOK: Duration = Duration::from_millis(1);
/// How long the threads for HTTP have to end what they do.
const END_AT_MOST: Duration = Duration::from_secs(1);

/// Everything of a sandbox that has state.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) addresses: Addresses,
    pub(super) recorder: Arc<Recorder>,
    pub(super) stage: Arc<Stage>,
    pub(super) kept: Arc<Kept>,
    pub(super) runtime: Runtime,
    pub(super) ground: Ground,
    pub(super) server: Server,
    pub(super) sender: Arc<Sender>,
    pub(super) starter: Starter,
    pub(super) desk: Arc<Mutex<Desk>>,
    pub(super) workers: Workers,
    pub(super) watch: Option<Watch>,
    /// What keys are made of that nobody names: the scenario's beginning, and a number.
    pub(super) keys: String,
}

impl World {
    /// Starts from what the folder holds, and waits until a saga that is started is carried.
    pub(super) fn start(stage: &Arc<Stage>, kept: &Arc<Kept>, opening: &Opening) -> anyhow::Result<Self> {
        let world = opening.open(stage, kept)?;
        let end = Instant::now() + READY_AT_MOST;
        while !world.is_ready()? {
            if Instant::now() >= end {
                bail!("the orchestrator's tasks did not run within {READY_AT_MOST:?}; --log info says more");
            }
            std::thread::sleep(READY_LOOK);
        }
        // From here on the folder is a sandbox's, however soon this one is killed.
        world.keep()?;
        Ok(world)
    }

    fn is_ready(&self) -> anyhow::Result<bool> {
        let tasks = self.server.node().status();
        let running = |status: &cycle::Status| matches!(status, cycle::Status::Running { .. });
        Ok(!tasks.is_empty() && tasks.values().all(running))
    }

    /// Stops everything, in order: what the stubs know is kept when they have ended.
    pub(super) fn stop(self) {
        let Self {
            runtime,
            ground,
            server,
            workers,
            watch,
            ..
        } = self;
        if let Some(watch) = watch {
            watch.stop();
        }
        workers.stop();
        runtime.block_on(server.stop());
        runtime.shutdown_timeout(END_AT_MOST);
        ground.stop();
    }

    /// Sends the events that an order asks for, and gives the keys of their sagas.
    pub(super) fn send(&self, order: &Order) -> anyhow::Result<Vec<String>> {
        self.starter.check(order)?;
        self.recorder.came(Event::Send(order.clone()))?;
        if order.cancel {
            let key = order.key.clone().unwrap_or_default();
            self.starter.cancel(&order.definition, &key, &order.fields)?;
            self.starter.flush()?;
            return Ok(vec![key]);
        }
        let mut keys = Vec::new();
        for number in 1..=order.count {
            let key = match &order.key {
                Some(key) if order.count == 1 => key.clone(),
                Some(key) => format!("{key}-{number}"),
                None => format!("{}-{}", self.keys, self.desk.lock().sagas.sent + 1),
            };
            self.starter.start(&order.definition, &key, &order.fields)?;
            self.desk.lock().sagas.sent += 1;
            keys.push(key);
        }
        self.starter.flush()?;
        Ok(keys)
    }

    /// Changes how a stub behaves, and says how it does then.
    pub(super) fn change(&self, change: &Change) -> anyhow::Result<String> {
        let now = self.clock.now();
        let mut desk = self.desk.lock();
        let command = desk.change(change, now)?;
        self.recorder.came(Event::Stub(change.clone()))?;
        let rule = desk.describe(now).remove(&command).map(|(rule, _)| rule);
        drop(desk);
        self.keep()?;
        self.workers.wake();
        Ok(format!("{command}: {}", rule.unwrap_or_default()))
    }

    /// Moves time forward.
    pub(super) fn advance(&self, span: Duration) -> anyhow::Result<()> {
        // The records' time first: a task whose clock is ahead of the broker's would not be taken over.
        self.ground.advance(span)?;
        self.clock.advance(span);
        self.keep()?;
        self.workers.wake();
        Ok(())
    }

    /// Where it stands.
    pub(super) fn status(&self) -> Status {
        let (mut running, mut open) = (0, 0);
        let tasks = self.server.node().status();
        for status in tasks.values() {
            if let cycle::Status::Running { open_sagas, .. } = status {
                running += 1;
                open += open_sagas;
            }
        }
        let desk = self.desk.lock();
        let sagas = Sagas { open, ..desk.sagas };
        let line = |(command, (rule, counts))| (command, StubStatus { rule, counts });
        Status {
            time: rfc3339(self.clock.now()),
            moved_seconds: self.clock.moved_ms() / 1_000,
            tasks: (running, tasks.len()),
            sagas,
            stubs: desk.describe(self.clock.now()).into_iter().map(line).collect(),
        }
    }

    /// Writes the whole state into a new folder. The stubs and the broker's clients wait meanwhile.
    pub(super) fn snapshot(&self, path: &Path) -> anyhow::Result<()> {
        if !self.ground.is_own() {
            bail!("a Kafka of others cannot be snapshotted");
        }
        let folder = SnapshotFolder::create(path)?;
        let desk = self.desk.lock();
        // What the stubs have sent is either in the broker's part, or among what they will send.
        self.sender.flush()?;
        self.ground.copy_to(&folder.broker())?;
        desk.answers.write(&folder.answers())?;
        self.recorder.copy_to(&folder.scenario())?;
        folder.finish(&self.state(&desk, |time| time.standing()))
    }

    /// Waits until nothing is under way, and says when something falls due next.
    pub(super) fn settle(&mut self) -> anyhow::Result<Option<Timestamp>> {
        let end = Instant::now() + REST_AT_MOST;
        loop {
            if let Some(rest) = self.rest()? {
                return Ok(rest);
            }
            if Instant::now() >= end {
                bail!("the sandbox did not come to rest within {REST_AT_MOST:?}; 'palinode sandbox status' says more");
            }
            std::thread::sleep(REST_LOOK);
        }
    }

    /// When something falls due next, if nothing is under way: the stubs are at the end of their topics before and after
    /// the tasks are at theirs, so that nobody has written anything in between.
    fn rest(&self) -> anyhow::Result<Option<Option<Timestamp>>> {
        if !self.stubs_rest()? {
            return Ok(None);
        }
        let mut next = None;
        for standing in self.standings()? {
            if !standing.is_at_rest || standing.next_due.is_some_and(|due| due <= self.clock.now()) {
                return Ok(None);
            }
            next = earlier(next, standing.next_due);
        }
        if !self.stubs_rest()? {
            return Ok(None);
        }
        Ok(Some(earlier(next, self.desk.lock().next_due())))
    }

    fn stubs_rest(&self) -> anyhow::Result<bool> {
        let desk = self.desk.lock();
        self.sender.flush()?;
        let is_due = desk.next_due().is_some_and(|due| due <= self.clock.now());
        if is_due || !self.workers.are_at_end(&desk)? {
            drop(desk);
            self.workers.wake();
            return Ok(false);
        }
        Ok(true)
    }

    fn standings(&self) -> anyhow::Result<Vec<Standing>> {
        let node = self.server.node();
        let tasks: Vec<i32> = node.status().into_keys().collect();
        let (answer, answers) = std::sync::mpsc::channel();
        for task in &tasks {
            let answer = answer.clone();
            // Nobody waits any more when the time is over.
            node.standing(*task, move |standing| drop(answer.send(standing)));
        }
        let mut standings = Vec::new();
        for _ in &tasks {
            let answered = answers.recv_timeout(REST_AT_MOST).context("a task does not answer")?;
            standings.push(answered.map_err(|query| anyhow::anyhow!("a task does not run: {query:?}"))?);
        }
        Ok(standings)
    }

    /// Registers a schema under its record's name.
    pub(super) fn register(&mut self, name: &str, text: &str) -> anyhow::Result<SchemaId> {
        let client = RegistryClient::new(&self.addresses.registry)?;
        let id = self.runtime.block_on(client.register(name, text))?;
        Ok(SchemaId(id.0))
    }

    /// Writes a record of a scenario as it was written.
    pub(super) fn write(&mut self, outside: &Outside, value: Option<&[u8]>) -> anyhow::Result<()> {
        self.sender.again(outside, value)?;
        self.sender.flush()
    }

    /// Writes down what another start needs, beside the logs.
    fn keep(&self) -> anyhow::Result<()> {
        if !self.kept.stays() {
            return Ok(());
        }
        let desk = self.desk.lock();
        self.sender.flush()?;
        self.kept.keep(&self.state(&desk, |time| time))
    }

    fn state(&self, desk: &Desk, time: impl FnOnce(Time) -> Time) -> State {
        let now = time(Time::of(&self.clock, self.ground.leaps()));
        State::new(self.stage.partitions, now, self.stage.rules_file.clone(), desk.state())
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
