//! Everything is healed, and comes to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::Timestamp;
use palinode_engine::{
    Letter,
    cycle::{Standing, Status},
};
use palinode_log::TopicPartition;
use parking_lot::Mutex;

use super::{Event, replay::replay, world::World};
use crate::{
    Remains, TaskRemains,
    history::{Happened, Truth, record_id},
};

/// How often somebody looks whether everything is at rest.
const LOOK_MS: i64 = 2_000;
/// How often a node's process is begun anew when one of its tasks is parked.
const RESTARTS_MAX: u32 = 3;
/// How long after it was healed a world may take to come to rest: longer than any deadline of a saga.
const REST_MAX_MS: i64 = 30 * 24 * 3_600_000;
/// How often somebody looks at the most.
const LOOKS_MAX: u32 = 3_000;
/// What is due later than this is waited for at once.
const NEAR_MS: i64 = 10_000;
/// What a task says that reads no starts because too many of its sagas are open.
pub(crate) const TOO_MANY_OPEN: &str = "too many sagas are open";
/// The journal's topic.
const JOURNAL: &str = "palinode.journal";
/// The topic of the snapshots.
const SNAPSHOTS: &str = palinode_wire::snapshots::TOPIC;

/// How far the world is on its way to rest.
#[derive(Debug, Default)]
pub(super) struct Rest {
    healed_at: Option<Timestamp>,
    is_over: bool,
    unrest: Option<String>,
    looks: u32,
    restarts: u32,
    /// What the owners said when they were asked last.
    standings: Arc<Mutex<BTreeMap<i32, Standing>>>,
    /// What had been appended when they were asked.
    appended: u64,
}

impl Rest {
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn give_up(&mut self, why: String) {
        self.unrest = Some(why);
        self.is_over = true;
    }
}

impl World {
    /// No fault happens any more, and what one has left behind is set right.
    pub(super) fn heal(&mut self) {
        let now = self.now();
        self.rest.healed_at = Some(now);
        self.door.open();
        self.start_broker();
        for node in 0..self.processes.len() {
            {
                let mut space = self.space.borrow_mut();
                space.network.loss_percent = 0;
                space.network.heal_delay();
                space.registry_down_until = now;
                let place = &mut space.places[node];
                place.ahead_ms = 0;
                place.is_cut_off = false;
                place.lose.clear();
                place.delay_end.clear();
                place.dies_after = None;
            }
            self.go_on(node);
            self.disks[node].remove_foreign();
            let is_old = std::mem::take(&mut self.are_old[node]);
            match &mut self.processes[node] {
                Some(process) if is_old || process.is_old => {
                    if process.ends.is_none() {
                        process.stop(&self.space, 0);
                    }
                }
                Some(_) => {}
                None => self.begin_process(node),
            }
        }
        self.shop.heal(now);
        self.membership_changes();
        let mut space = self.space.borrow_mut();
        space.note(Happened::Healed);
        space.later(LOOK_MS, Event::Look);
    }

    /// Looks whether everything is at rest; if so, the world is over, or waits for what is due next.
    pub(super) fn look_for_rest(&mut self) {
        self.rest.looks += 1;
        let now = self.now();
        let since = self.rest.healed_at.unwrap_or(now);
        if self.rest.looks > LOOKS_MAX || now.0 - since.0 > REST_MAX_MS {
            let why = format!("after {} s: {}", (now.0 - since.0) / 1_000, self.tell_statuses());
            self.rest.give_up(why);
            return;
        }
        let standings = std::mem::take(&mut *self.rest.standings.lock());
        let appended = self.host.appended();
        let is_quiet = appended == self.rest.appended;
        self.rest.appended = appended;
        let rests = |task| {
            let standing = standings.get(&task);
            standing.is_some_and(|found| found.is_at_rest || self.starts_wait(task))
        };
        let all_rest = (0..self.plan.tasks).all(rests);
        let shop_due = self.shop.next_due(&self.host);
        if is_quiet && all_rest && shop_due.is_none_or(|due| due.0 - now.0 > NEAR_MS) {
            let due = standings.values().filter_map(|standing| standing.next_due);
            match due.chain(shop_due).min() {
                None => {
                    self.rest.is_over = true;
                    return;
                }
                Some(due) if due.0 - now.0 > NEAR_MS => {
                    self.gather_now();
                    self.leap(due);
                }
                Some(_) => {}
            }
        } else {
            self.help();
        }
        self.ask_standings();
        self.space.borrow_mut().later(LOOK_MS, Event::Look);
    }

    /// Whether a task reads no starts because too many of its sagas are open: it waits for a person, or for deadlines.
    fn starts_wait(&self, task: i32) -> bool {
        let process = self.owner(task).and_then(|node| self.processes[node].as_ref());
        let seat = process.and_then(|process| process.seats.get(&task));
        let status = seat.map(|seat| seat.status.borrow().clone());
        matches!(status, Some(Status::Running { waiting: Some(waiting), .. }) if waiting.contains(TOO_MANY_OPEN))
    }

    /// Asks each owner how its task stands; the answers are there when somebody looks next.
    fn ask_standings(&mut self) {
        let standings = Arc::new(Mutex::new(BTreeMap::new()));
        self.rest.standings = Arc::clone(&standings);
        for task in 0..self.plan.tasks {
            let Some(process) = self.owner(task).and_then(|node| self.processes[node].as_ref()) else {
                continue;
            };
            let standings = Arc::clone(&standings);
            let answer = move |found: Option<Result<Standing, String>>| {
                if let Some(Ok(standing)) = found {
                    standings.lock().insert(task, standing);
                }
            };
            process.tell(&self.space, task, Letter::Standing(Box::new(answer)));
        }
    }

    /// A person looks after tasks that are parked: the process is started again, a few times.
    fn help(&mut self) {
        for node in 0..self.processes.len() {
            let Some(process) = &mut self.processes[node] else {
                continue;
            };
            let is_parked = |status: &Status| matches!(status, Status::Parked { .. });
            let needs_help = process.seats.values().any(|seat| is_parked(&seat.status.borrow()));
            if needs_help && process.ends.is_none() && self.rest.restarts < RESTARTS_MAX {
                self.rest.restarts += 1;
                process.stop(&self.space, 0);
                if process.seats.values().all(|seat| seat.is_over) {
                    self.end_process(node, "it was stopped", 0);
                }
            }
        }
    }

    /// Where the tasks stand, in words.
    pub(super) fn tell_statuses(&self) -> String {
        let of_task = |task: i32| {
            let node = self.owner(task);
            let process = node.and_then(|node| self.processes[node].as_ref());
            match process.and_then(|process| process.seats.get(&task)) {
                Some(seat) => format!("task {task}: {:?}", seat.status.borrow()),
                None => format!("task {task}: nobody's"),
            }
        };
        let tasks: Vec<String> = (0..self.plan.tasks).map(of_task).collect();
        tasks.join("; ")
    }

    /// What is left.
    pub(super) fn into_remains(mut self) -> Remains {
        self.gather_now();
        self.decide_rest();
        let now = self.now();
        let mut tasks = BTreeMap::new();
        for task in 0..self.plan.tasks {
            let Some(node) = self.owner(task) else { continue };
            let journal = self.archive.of(&TopicPartition::new(JOURNAL, task));
            let snapshots = self.archive.of(&TopicPartition::new(SNAPSHOTS, task));
            let replay = |snapshots| replay(&self.setting, task, journal, snapshots, now);
            match replay(&[]).and_then(|replayed| Ok((replayed, replay(snapshots)?))) {
                Ok((replayed, restored)) => {
                    let remains = TaskRemains {
                        kept: self.disks[node].contents(task),
                        replayed,
                        restored,
                    };
                    tasks.insert(task, remains);
                }
                Err(why) => drop(self.rest.unrest.get_or_insert(why)),
            }
        }
        // Threads go before what they hold on to.
        self.threads.clear();
        let mut space = self.space.borrow_mut();
        Remains {
            plan: self.plan,
            history: std::mem::take(&mut space.history),
            topics: self.archive.into_topics(),
            tasks,
            unrest: self.rest.unrest,
            buffers: std::mem::take(&mut space.buffers),
            ended_at: now,
        }
    }

    /// What became of transactions that the broker did not tell about: the topics do.
    fn decide_rest(&mut self) {
        let undecided: BTreeSet<u64> = self.space.borrow_mut().ledger.undecided().into_iter().collect();
        if undecided.is_empty() {
            return;
        }
        let journals = (0..self.plan.tasks).map(|task| TopicPartition::new(JOURNAL, task));
        let mut stand = BTreeSet::new();
        for at in journals {
            let id = |record: &palinode_log::Consumed| {
                let value = record.value.as_deref().unwrap_or_default();
                record_id(JOURNAL, &record.headers, value)
            };
            stand.extend(self.archive.of(&at).iter().filter_map(id));
        }
        let mut space = self.space.borrow_mut();
        let decided: Vec<(u64, Truth)> = space
            .history
            .entries()
            .iter()
            .filter_map(|entry| match &entry.what {
                Happened::Began {
                    transaction, records, ..
                } if undecided.contains(transaction) => {
                    let stands = records.last().is_some_and(|last| stand.contains(last));
                    Some((*transaction, if stands { Truth::Stands } else { Truth::Gone }))
                }
                _ => None,
            })
            .collect();
        for (transaction, truth) in decided {
            space.note(Happened::Decided { transaction, truth });
        }
    }
}
