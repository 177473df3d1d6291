//! A shell as the task's thread is one, without a thread: it carries actions out one by one and looks for misconduct.

use std::{collections::VecDeque, rc::Rc, sync::Arc, time::Duration};

use palinode_core::{Saga, SagaId, SchemaId, Timestamp};
use palinode_engine::cycle::{Action, Cycle, Demand, SchemaAnswer, Shared, Signal, Status};
use palinode_log::{Error as LogError, Log, Outcome, PollLimits, Slot, TaskLog, memory::MemoryTask};
use palinode_store::{Checkpoint, Store, Stores, memory::MemoryStores};
use palinode_wire::journal::{JournalRecord, TaskRecord};

use super::World;

/// Ticks in a row that may lead to nothing at one moment.
const IDLE_TICKS_MAX: u32 = 20;

/// One task of one member.
pub(crate) struct Shell<St: Stores = MemoryStores> {
    pub(crate) world: Rc<World>,
    pub(crate) shared: Arc<Shared<St>>,
    pub(crate) task: i32,
    cycle: Cycle<St>,
    log: MemoryTask,
    actions: VecDeque<Action>,
    released: bool,
    /// How far this member's clock is ahead of the world's, in milliseconds.
    pub(crate) ahead: i64,
    /// Schemas that were asked for and not answered yet.
    pub(crate) asked: Vec<SchemaId>,
    /// Records that one poll brings at the most.
    pub(crate) poll_max: usize,
    /// Transactions that were asked for.
    pub(crate) transactions: u32,
    /// Transactions of checkpoints that were asked for.
    pub(crate) snapshot_transactions: u32,
    /// Records of the journal that were read.
    pub(crate) journal_read: u64,
    /// The ids by which transactions were written, but for checkpoints.
    pub(crate) slots: Vec<Slot>,
    /// What each transaction takes.
    pub(crate) commit_takes: Duration,
    /// The broker does not tell where the snapshots end.
    pub(crate) hides_snapshots: bool,
    /// Commits until the process dies, right after the last of them and before it learns of it.
    pub(crate) dies_after_commits: Option<u32>,
    dead: bool,
}

impl<St: Stores> Shell<St> {
    pub(crate) fn new(world: Rc<World>, member: &str, task: i32, stores: St) -> Self {
        let shared = world.shared(member, stores);
        let log = world.log(member).open(task, Arc::new(|| ())).unwrap();
        let cycle = Cycle::new(Arc::clone(&shared), task);
        Self {
            world,
            shared,
            task,
            cycle,
            log,
            actions: VecDeque::new(),
            released: true,
            ahead: 0,
            asked: Vec::new(),
            poll_max: 500,
            transactions: 0,
            snapshot_transactions: 0,
            journal_read: 0,
            slots: Vec::new(),
            commit_takes: Duration::ZERO,
            hides_snapshots: false,
            dies_after_commits: None,
            dead: false,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.world.now().0 + self.ahead)
    }

    /// Tells the cycle something and carries out what follows. True when anything followed.
    pub(crate) fn tell(&mut self, signal: Signal) -> bool {
        self.offer(signal);
        let busy = !self.actions.is_empty();
        while self.act_once() {}
        busy
    }

    /// Tells the cycle something and leaves what follows to [`Shell::act_once`].
    pub(crate) fn offer(&mut self, signal: Signal) {
        if !self.dead {
            self.actions.extend(self.cycle.handle(signal, self.now()));
        }
    }

    /// Carries one action out. False when there is none.
    pub(crate) fn act_once(&mut self) -> bool {
        let Some(action) = self.actions.pop_front().filter(|_| !self.dead) else {
            return false;
        };
        if let Some(answer) = self.act(action) {
            self.offer(answer);
        }
        true
    }

    fn act(&mut self, action: Action) -> Option<Signal> {
        let begins = matches!(
            action,
            Action::Fence | Action::Release | Action::LookUp(_) | Action::Definitions
        );
        assert!(
            begins || !self.released,
            "after its release the task still wants {action:?}"
        );
        match action {
            Action::Fence => {
                self.released = false;
                Some(Signal::Fenced(
                    Slot::ALL.iter().try_for_each(|slot| self.log.fence(*slot)),
                ))
            }
            Action::Transact { slot, records } => {
                if slot == Slot::Snapshot {
                    assert!(records.iter().all(|record| &*record.topic == "palinode.snapshots"));
                    self.snapshot_transactions += 1;
                } else {
                    self.check_transaction(&records);
                    self.transactions += 1;
                    self.slots.push(slot);
                }
                let outcome = self.log.commit(slot, &records);
                self.world.later(self.commit_takes);
                if let (Some(left), Outcome::Committed { .. }) = (&mut self.dies_after_commits, &outcome) {
                    *left -= 1;
                    self.dead = *left == 0;
                    if self.dead {
                        return None;
                    }
                }
                Some(Signal::Ended(outcome))
            }
            Action::Definitions => {
                self.released = false;
                Some(Signal::Definitions(Ok(self.world.deployment())))
            }
            Action::JournalBounds => Some(Signal::JournalBounds(self.log.journal_bounds())),
            Action::OpenJournal { from } => self.log.open_journal(from).err().map(Signal::JournalFailed),
            Action::CloseJournal => {
                self.log.close_journal();
                None
            }
            Action::OpenSnapshots if self.hides_snapshots => Some(Signal::SnapshotBounds(Err(LogError::Unavailable {
                what: "the bounds of the snapshots".into(),
            }))),
            Action::OpenSnapshots => Some(Signal::SnapshotBounds(self.log.open_snapshots())),
            Action::CloseSnapshots => {
                self.log.close_snapshots();
                None
            }
            Action::Starts(inputs) => {
                let starts = self.log.starts(&inputs);
                Some(Signal::Starts(
                    starts.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Assign(positions) => self.log.assign(&positions).err().map(Signal::InputsFailed),
            Action::SetPaused(inputs, paused) => self.log.set_paused(&inputs, paused).err().map(Signal::InputsFailed),
            Action::Ends(inputs) => {
                let ends = self.log.ends(&inputs);
                Some(Signal::Ends(
                    ends.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Positions => Some(Signal::Positions(self.log.positions())),
            Action::LookUp(schema) => {
                self.asked.push(schema);
                None
            }
            Action::Release => {
                self.log.release();
                self.released = true;
                None
            }
        }
    }

    /// The last record of every transaction after the claim tells the positions.
    fn check_transaction(&self, records: &[palinode_log::Produced]) {
        let last = records.last().expect("no transaction is empty");
        assert_eq!(&*last.topic, "palinode.journal");
        match self
            .world
            .journal_schemas
            .read(&self.world.schemas, last.value.as_ref().unwrap())
            .unwrap()
        {
            JournalRecord::Task(TaskRecord::PositionsAdvanced(_)) => {}
            JournalRecord::Task(TaskRecord::TaskClaimed(_)) => assert_eq!(records.len(), 1, "a claim stands alone"),
            other => panic!("a transaction ends with {other:?}"),
        }
    }

    /// Reads once what the cycle wants to read. True when there was something.
    pub(crate) fn read(&mut self) -> bool {
        if self.dead {
            return false;
        }
        let limits = PollLimits {
            records_max: self.poll_max,
            bytes_max: usize::MAX,
        };
        let mut records = Vec::new();
        let signal = match self.cycle.demand(self.now()) {
            Demand::Nothing => return false,
            Demand::Inputs => match self.log.poll(limits, Duration::ZERO, &mut records) {
                Ok(()) if records.is_empty() => return false,
                Ok(()) => Signal::Records(records),
                Err(error) => Signal::InputsFailed(error),
            },
            Demand::Snapshots => match self.log.poll_snapshots(limits, Duration::ZERO, &mut records) {
                Ok(is_end) => Signal::Snapshots(records, is_end),
                Err(error) => Signal::SnapshotsFailed(error),
            },
            Demand::Journal | Demand::Following => match self.log.poll_journal(limits, Duration::ZERO, &mut records) {
                Ok(()) if records.is_empty() => return false,
                Ok(()) => {
                    self.journal_read += records.len() as u64;
                    Signal::Journal(records)
                }
                Err(error) => Signal::JournalFailed(error),
            },
        };
        self.tell(signal);
        true
    }

    /// Works until there is nothing to do at this moment. Fails when the cycle spins.
    pub(crate) fn run(&mut self) {
        while self.act_once() {}
        let mut idle = 0;
        while !self.dead {
            if self.read() {
                idle = 0;
                continue;
            }
            let before = (self.cycle.next_deadline(), self.cycle.status());
            if before.0.is_none_or(|at| at > self.now()) {
                return;
            }
            let busy = self.tell(Signal::Tick);
            let moved = before != (self.cycle.next_deadline(), self.cycle.status());
            assert!(busy || moved, "the task spins at {:?} with {:?}", self.now(), before);
            idle += 1;
            assert!(
                idle < IDLE_TICKS_MAX,
                "the task spins at {:?} with {:?}",
                self.now(),
                before
            );
        }
    }

    /// Lets time pass, from one deadline of the cycle to the next.
    pub(crate) fn pass(&mut self, by: Duration) {
        let end = self.world.now().plus(by);
        let mut steps = 0;
        loop {
            self.run();
            let next = self.deadline().map(|at| at.0 - self.ahead).filter(|at| *at <= end.0);
            let Some(next) = next else { break };
            self.world.set_clock(next.max(self.world.now().0));
            steps += 1;
            assert!(steps < 100_000, "a deadline follows the other without end");
        }
        self.world.set_clock(end.0);
        self.run();
    }

    pub(crate) fn deadline(&mut self) -> Option<Timestamp> {
        if self.dead { None } else { self.cycle.next_deadline() }
    }

    /// Membership proposes the task, and it is taken over.
    pub(crate) fn take_over(&mut self) {
        self.propose();
        assert!(matches!(self.status(), Status::Running { .. }), "{:?}", self.status());
    }

    pub(crate) fn propose(&mut self) {
        self.tell(Signal::Proposed);
        self.run();
    }

    /// How far the client has read partition 0 of `topic`.
    pub(crate) fn input_position(&mut self, topic: &str) -> i64 {
        let positions = self.log.positions().unwrap();
        positions
            .iter()
            .find(|(input, _)| &*input.topic == topic)
            .expect("it is assigned")
            .1
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.dead && matches!(self.status(), Status::Running { .. })
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(crate) fn status(&self) -> Status {
        self.cycle.status()
    }

    pub(crate) fn saga(&self, key: &str) -> Option<Saga> {
        self.cycle
            .saga(&SagaId::new("order-fulfilment", key))
            .expect("it runs")
            .unwrap()
    }

    pub(crate) fn cycle(&self) -> &Cycle<St> {
        &self.cycle
    }

    /// The registry answers everything that was asked, from what it has.
    pub(crate) fn registry_answers(&mut self) {
        for schema in std::mem::take(&mut self.asked) {
            let text = self.world.schemas.text(schema).map(ToString::to_string);
            let answer = text.map_or(SchemaAnswer::Unknown, SchemaAnswer::Known);
            self.tell(Signal::Schema(schema, answer));
        }
        self.run();
    }

    /// The registry is down: every question fails.
    pub(crate) fn registry_fails(&mut self) {
        for schema in std::mem::take(&mut self.asked) {
            let why = "connection refused".to_owned();
            self.tell(Signal::Schema(schema, SchemaAnswer::Unavailable(why)));
        }
        self.run();
    }

    /// The process is killed; what its store holds stays.
    pub(crate) fn crash(self) -> Arc<Shared<St>> {
        let Self { shared, cycle, log, .. } = self;
        drop((cycle, log));
        shared
    }

    /// Ends the process. What it has written keeps the rules, and a take-over from an empty store leads to exactly what
    /// its store holds: by the journal alone, and from the snapshots.
    pub(crate) fn ends_as_replayed(self) {
        let (world, task, was_running) = (Rc::clone(&self.world), self.task, self.is_running());
        assert!(was_running, "{:?}", self.status());
        let shared = self.crash();
        let kept = Contents::of(&mut shared.stores.open(task).unwrap(), &world);
        for from_snapshots in [false, true] {
            let again = world.restored(task, from_snapshots);
            let what = format!("from snapshots: {from_snapshots}");
            assert_eq!(kept.0, again.0, "a replay leads to the same sagas and timers, {what}");
            assert_eq!(kept.1.positions, again.1.positions, "to the same positions, {what}");
            assert_eq!(kept.1.activations, again.1.activations, "to the same versions, {what}");
            assert!(kept.1.clock <= again.1.clock);
        }
        world.check();
    }
}

/// Everything that a store holds.
struct Contents(Vec<String>, Checkpoint);

impl Contents {
    fn of<S: Store>(store: &mut S, world: &World) -> Self {
        let mut ids: Vec<SagaId> = world.saga_events().into_iter().map(|event| event.id).collect();
        ids.sort();
        ids.dedup();
        let sagas = ids.iter().map(|id| format!("{id}: {:?}", store.saga(id).unwrap()));
        let mut told: Vec<String> = sagas.collect();
        told.push(format!("{} open", store.open_count()));
        told.extend(
            store
                .open_sagas(None, usize::MAX)
                .unwrap()
                .iter()
                .map(|(id, _)| format!("{id} is open")),
        );
        let timers = store.due_timers(Timestamp(i64::MAX), usize::MAX).unwrap();
        told.extend(timers.iter().map(|timer| format!("{timer:?}")));
        Self(told, store.checkpoint().clone())
    }
}

impl World {
    /// At this moment the snapshots and the journal's tail lead to the same as the journal alone.
    pub(crate) fn routes_agree(self: &Rc<Self>, task: i32) {
        let by_journal = self.restored(task, false);
        let by_snapshots = self.restored(task, true);
        assert_eq!(by_journal.0, by_snapshots.0, "the same sagas and timers");
        assert_eq!(by_journal.1.positions, by_snapshots.1.positions, "the same positions");
        assert_eq!(
            by_journal.1.activations, by_snapshots.1.activations,
            "the same versions"
        );
    }

    /// What a take-over of `task` from nothing leads to, before it reads any input; with or without a look at the
    /// snapshots.
    fn restored(self: &Rc<Self>, task: i32, from_snapshots: bool) -> Contents {
        let mut shell = self.task_of("afterwards", task, MemoryStores::default());
        let mut actions: VecDeque<Action> = shell.cycle.handle(Signal::Proposed, shell.now()).into();
        while !shell.is_running() {
            match actions.pop_front() {
                Some(Action::OpenSnapshots) if !from_snapshots => {
                    let none = Signal::SnapshotBounds(Ok((0, 0)));
                    actions.extend(shell.cycle.handle(none, shell.now()));
                }
                Some(action) => {
                    if let Some(answer) = shell.act(action) {
                        actions.extend(shell.cycle.handle(answer, shell.now()));
                    }
                }
                None => {
                    let mut records = Vec::new();
                    let limits = PollLimits {
                        records_max: 7,
                        bytes_max: usize::MAX,
                    };
                    let signal = match shell.cycle.demand(shell.now()) {
                        Demand::Snapshots => {
                            let is_end = shell.log.poll_snapshots(limits, Duration::ZERO, &mut records).unwrap();
                            Signal::Snapshots(records, is_end)
                        }
                        Demand::Journal => {
                            shell.log.poll_journal(limits, Duration::ZERO, &mut records).unwrap();
                            Signal::Journal(records)
                        }
                        other => panic!("{other:?} in {:?}", shell.status()),
                    };
                    actions.extend(shell.cycle.handle(signal, shell.now()));
                }
            }
        }
        let shared = shell.crash();
        Contents::of(&mut shared.stores.open(task).unwrap(), self)
    }
}
