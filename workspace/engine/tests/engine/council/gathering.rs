//! Members with a council each, one topic of heartbeats, and a journal that knows who has claimed.

use std::{collections::BTreeMap, time::Duration};

use palinode_core::Timestamp;
use palinode_engine::membership::{Council, HEARTBEAT_INTERVAL, Moment, Role, Standing};
use palinode_wire::heartbeat::{Heartbeat, TaskRole, TaskStanding};

/// The members look so often.
const LOOK: Duration = Duration::from_millis(50);
/// What a take-over takes, from when it fences until its claim stands.
const TAKE_OVER: Duration = Duration::from_millis(300);
/// A member that was fenced waits so long before it claims again, if it still wants to.
const FENCED_PAUSE: Duration = Duration::from_secs(1);

/// A member.
pub(crate) struct Member {
    pub(crate) council: Council,
    name: &'static str,
    runs: u32,
    /// It does nothing before this moment.
    paused_until: Moment,
    is_dead: bool,
    /// The heartbeats of the topic that it has read.
    read: usize,
    next_beat: Moment,
    /// What it does for each task.
    pub(crate) does: BTreeMap<i32, Standing>,
    /// When a take-over under way ends.
    claims: BTreeMap<i32, Moment>,
    /// Until when it waits because it was fenced.
    pauses: BTreeMap<i32, Moment>,
    /// Tasks that it cannot follow.
    pub(crate) declines: bool,
    /// How much of a journal it reads in one look, when it follows.
    pub(crate) reads: i64,
}

/// All of them.
pub(crate) struct Gathering {
    pub(crate) now: Moment,
    pub(crate) members: Vec<Member>,
    pub(crate) topic: Vec<Heartbeat>,
    /// Nobody hears anything.
    pub(crate) is_silent: bool,
    tasks: i32,
    /// For each task the end of its journal, and who has claimed it last.
    pub(crate) journals: BTreeMap<i32, (i64, Option<usize>)>,
    pub(crate) claims: u32,
    /// What a take-over takes.
    pub(crate) take_over: Duration,
    /// For each task who has begun to take it over last: all others are fenced.
    fences: BTreeMap<i32, usize>,
}

impl Gathering {
    pub(crate) fn of(names: &[&'static str], tasks: i32, replicas: usize) -> Self {
        let member = |name: &&'static str| Member::new(name, 1, tasks, replicas, Moment::ZERO);
        Self {
            now: Moment::ZERO,
            members: names.iter().map(member).collect(),
            topic: Vec::new(),
            is_silent: false,
            tasks,
            journals: (0..tasks).map(|task| (task, (100, None))).collect(),
            claims: 0,
            take_over: TAKE_OVER,
            fences: BTreeMap::new(),
        }
    }

    /// Two members that have shared 12 tasks for a while.
    pub(crate) fn two() -> Self {
        let mut two = Self::of(&["a", "b"], 12, 1);
        two.members[0].council.assigned(&[0, 1, 2, 3, 4, 5]);
        two.members[1].council.assigned(&[6, 7, 8, 9, 10, 11]);
        two.pass(Duration::from_secs(5));
        for task in 0..12 {
            let owner = usize::from(task >= 6);
            assert_eq!(two.owner(task), Some(owner), "task {task}");
            assert!(two.follows(1 - owner, task), "task {task} is followed");
        }
        assert_eq!(two.claims, 12);
        two
    }

    /// Who works on a task: its last claimant, if it lives.
    pub(crate) fn owner(&self, task: i32) -> Option<usize> {
        let owner = self.journals[&task].1?;
        let member = &self.members[owner];
        let owns = matches!(member.does.get(&task), Some(Standing::Owner { .. }));
        (owns && !member.is_dead && self.now >= member.paused_until).then_some(owner)
    }

    pub(crate) fn follows(&self, member: usize, task: i32) -> bool {
        matches!(self.members[member].does.get(&task), Some(Standing::Standby(Some(_))))
    }

    pub(crate) fn kill(&mut self, member: usize) {
        self.members[member].is_dead = true;
    }

    pub(crate) fn pause(&mut self, member: usize, by: Duration) {
        self.members[member].paused_until = self.now + by;
    }

    /// A member's process begins anew.
    pub(crate) fn restart(&mut self, member: usize) {
        let (name, runs) = (self.members[member].name, self.members[member].runs + 1);
        self.members[member] = Member::new(name, runs, self.tasks, 1, self.now);
        self.members[member].read = self.topic.len();
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, by: Duration) {
        let end = self.now + by;
        while self.now < end {
            self.now += LOOK;
            for at in 0..self.members.len() {
                self.look(at);
            }
            for (task, (end, _)) in &mut self.journals {
                // Somebody works on it.
                *end += 1 + i64::from(*task % 3);
            }
        }
    }

    /// Lets time pass until something holds; gives how long it took.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Duration {
        let begin = self.now;
        while !holds(self) {
            assert!(self.now - begin < Duration::from_secs(120), "{what} never came true");
            self.pass(LOOK);
        }
        self.now - begin
    }

    fn look(&mut self, at: usize) {
        let (now, topic) = (self.now, &mut self.topic);
        let member = &mut self.members[at];
        if member.is_dead || now < member.paused_until {
            return;
        }
        if !self.is_silent {
            for beat in &topic[member.read..] {
                member.council.heard(beat.clone(), now);
            }
        }
        member.read = topic.len();
        for task in 0..self.tasks {
            let journal = self.journals.get_mut(&task).expect("it is there");
            let may_write = self.fences.get(&task) == Some(&at);
            let does = member.does.entry(task).or_default();
            match does {
                Standing::Standby(Some(read)) => *read = (*read + member.reads).min(journal.0),
                Standing::Standby(opening @ None) => *opening = Some(journal.0.min(member.reads)),
                Standing::Owner { journal: written, .. } => {
                    *written = Some(journal.0);
                    if !may_write {
                        // It learns of it at its next transaction.
                        *does = Standing::Claiming(None);
                        member.pauses.insert(task, now + FENCED_PAUSE);
                    }
                }
                Standing::Claiming(_) => {
                    if let Some(end) = member.pauses.get(&task) {
                        if now >= *end {
                            member.pauses.remove(&task);
                            member.claims.insert(task, now + self.take_over);
                            self.fences.insert(task, at);
                        }
                    } else if !may_write {
                        member.pauses.insert(task, now + FENCED_PAUSE);
                    } else if member.claims.get(&task).is_some_and(|end| now >= *end) {
                        journal.0 += 1;
                        journal.1 = Some(at);
                        self.claims += 1;
                        *does = Standing::Owner {
                            claim: Some(journal.0),
                            journal: Some(journal.0),
                        };
                    }
                }
                Standing::Idle | Standing::Declined => {}
            }
            member.council.stands(task, *does);
        }
        for (task, role) in member.council.roles(now) {
            let does = member.does.entry(task).or_default();
            match (role, &*does) {
                (Role::Owner, Standing::Owner { .. } | Standing::Claiming(_))
                | (Role::Standby, Standing::Standby(_) | Standing::Declined) => {}
                (Role::Owner, _) => {
                    *does = Standing::Claiming(None);
                    member.pauses.remove(&task);
                    member.claims.insert(task, now + self.take_over);
                    self.fences.insert(task, at);
                }
                (Role::Standby, _) if member.declines => *does = Standing::Declined,
                (Role::Standby, _) => *does = Standing::Standby(None),
                (Role::Idle, _) => *does = Standing::Idle,
            }
        }
        if now >= member.next_beat {
            member.next_beat = now + HEARTBEAT_INTERVAL;
            topic.push(member.council.heartbeat(Timestamp(0)));
        }
    }
}

impl Member {
    fn new(name: &'static str, runs: u32, tasks: i32, replicas: usize, now: Moment) -> Self {
        let run = format!("{name}-{runs}").into();
        Self {
            council: Council::new(name.into(), run, tasks, replicas, now),
            name,
            runs,
            paused_until: Moment::ZERO,
            is_dead: false,
            read: 0,
            next_beat: now,
            does: BTreeMap::new(),
            claims: BTreeMap::new(),
            pauses: BTreeMap::new(),
            declines: false,
            reads: 1_000_000,
        }
    }
}

/// A heartbeat that somebody made up.
pub(crate) fn made_up(member: &str, run: &str, sequence: i64, owns: &[(i32, i64)]) -> Heartbeat {
    let standing = |(task, claim): &(i32, i64)| TaskStanding {
        task: *task,
        role: TaskRole::Owner,
        claim: Some(*claim),
        journal: Some(*claim),
    };
    Heartbeat {
        member: member.into(),
        run: run.into(),
        sequence,
        sent_at: Timestamp(i64::MAX),
        stopping: false,
        journal_format: 1,
        tasks: owns.iter().map(standing).collect(),
    }
}
