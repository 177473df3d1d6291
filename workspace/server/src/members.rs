//! This member among the others: hears the group and the heartbeats, asks the council, and tells the tasks.
//!
//! One thread, which looks twenty times a second and whenever a heartbeat comes. Everything that it decides is decided in
//! `palinode_engine::membership`; here is what that needs of the world.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use palinode_engine::{
    Clock, Node,
    membership::{Council, HEARTBEAT_INTERVAL, Role, Standing},
};
use palinode_log::{
    Application,
    kafka::{Heartbeats, News, Proposal},
};
use palinode_wire::{Schemas, heartbeat::Heartbeat, typed::RecordCodec};
use parking_lot::Mutex;

use crate::Error;

/// The longest wait in one look: how soon the group's news and a silence are noticed.
const LOOK: Duration = Duration::from_millis(50);

/// News of the group that may wait to be heard: it says something a few times a minute at the most.
const NEWS_MAX: usize = 64;

/// How often the end of the thread, or of a hand-over, is looked at while it is waited for.
const END_LOOK: Duration = Duration::from_millis(5);

/// What the thread needs.
pub(crate) struct Parts {
    pub(crate) node: Arc<Node>,
    pub(crate) application: Application,
    /// Names this run of the process.
    pub(crate) run: Arc<str>,
    /// How many members follow a task beside its owner.
    pub(crate) replicas: usize,
    pub(crate) heartbeats: Heartbeats,
    pub(crate) codec: RecordCodec,
    pub(crate) schemas: Schemas,
    pub(crate) clock: Clock,
}

/// This member among the others.
pub(crate) struct Members {
    board: Arc<Board>,
    thread: JoinHandle<()>,
}

/// What the thread is told, and what it shows.
#[derive(Default)]
pub(crate) struct Board {
    is_stopping: AtomicBool,
    is_handed_over: AtomicBool,
    is_ended: AtomicBool,
    lags: Mutex<BTreeMap<i32, u64>>,
}

impl Board {
    /// How many journal records the standbys of this member are behind, by task.
    pub(crate) fn lags(&self) -> BTreeMap<i32, u64> {
        self.lags.lock().clone()
    }
}

impl Members {
    /// Begins to listen and to tell that this member is there; gives where the group's news go.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(crate) fn start(parts: Parts) -> Result<(Self, SyncSender<News>), Error> {
        let (news, heard) = sync_channel(NEWS_MAX);
        let board = Arc::new(Board::default());
        let (begin, shown) = (Instant::now(), Arc::clone(&board));
        let Application { partitions, member, .. } = &parts.application;
        let council = Council::new(
            Arc::clone(member),
            Arc::clone(&parts.run),
            *partitions,
            parts.replicas,
            Duration::ZERO,
        );
        let round = Round {
            parts,
            council,
            news: heard,
            begin,
            next_beat: begin,
            told: BTreeMap::new(),
            is_mute: false,
            is_stopping: false,
            board: shown,
        };
        let thread = std::thread::Builder::new()
            .name("members".into())
            .spawn(move || round.run())
            .map_err(|error| Error::Telemetry {
                reason: format!("no thread for the heartbeats: {error}"),
            })?;
        Ok((Self { board, thread }, news))
    }

    /// What the thread shows.
    pub(crate) fn board(&self) -> Arc<Board> {
        Arc::clone(&self.board)
    }

    /// Tells the others that this member is about to end, and waits until they have its tasks, at most `within`. Returns
    /// whether they have.
    pub(crate) fn hand_over(&self, within: Duration) -> bool {
        self.board.is_stopping.store(true, Ordering::Release);
        let deadline = Instant::now() + within;
        while !self.board.is_handed_over.load(Ordering::Acquire) {
            if Instant::now() >= deadline || self.thread.is_finished() {
                return false;
            }
            std::thread::sleep(END_LOOK);
        }
        true
    }

    /// Sends no more heartbeats and tells the tasks nothing more.
    pub(crate) fn end(self) {
        self.board.is_ended.store(true, Ordering::Release);
        if self.thread.join().is_err() {
            tracing::error!("the thread of the heartbeats panicked");
        }
    }
}

/// The thread's belongings.
struct Round {
    parts: Parts,
    council: Council,
    news: Receiver<News>,
    begin: Instant,
    next_beat: Instant,
    /// What each task was told.
    told: BTreeMap<i32, Role>,
    /// Whether it has been said that no heartbeats can be read.
    is_mute: bool,
    is_stopping: bool,
    board: Arc<Board>,
}

impl Round {
    fn run(mut self) {
        while !self.board.is_ended.load(Ordering::Acquire) {
            self.listen();
            self.hear_group();
            for (task, status) in self.parts.node.status() {
                self.council.stands(task, Standing::from(&status));
            }
            let is_stopping = self.board.is_stopping.load(Ordering::Acquire);
            if is_stopping && !std::mem::replace(&mut self.is_stopping, true) {
                self.council.stop();
                // The others are told at once.
                self.next_beat = Instant::now();
            }
            self.tell();
            if is_stopping && self.council.is_handed_over(self.begin.elapsed()) {
                self.board.is_handed_over.store(true, Ordering::Release);
            }
            self.beat();
        }
    }

    /// Waits for heartbeats, not longer than until the next one of our own is due.
    fn listen(&mut self) {
        let wait = self.next_beat.saturating_duration_since(Instant::now()).min(LOOK);
        let values = match self.parts.heartbeats.poll(wait) {
            Ok(values) => values,
            Err(error) => {
                if !std::mem::replace(&mut self.is_mute, true) {
                    tracing::warn!(%error, "no heartbeats can be read: the group alone says who runs which task");
                }
                std::thread::sleep(wait);
                return;
            }
        };
        let now = self.begin.elapsed();
        for value in values {
            match Heartbeat::decode(&self.parts.codec, &value, &self.parts.schemas) {
                Ok(beat) => {
                    self.is_mute = false;
                    self.council.heard(beat, now);
                }
                Err(error) => tracing::debug!(%error, "a heartbeat cannot be read"),
            }
        }
    }

    fn hear_group(&mut self) {
        while let Ok(news) = self.news.try_recv() {
            match news.proposal {
                Proposal::Assigned(tasks) => self.council.assigned(&tasks),
                Proposal::Revoked(tasks) | Proposal::Lost(tasks) => {
                    self.council.withdrawn(&tasks, self.begin.elapsed());
                }
            }
        }
    }

    fn tell(&mut self) {
        let roles = self.council.roles(self.begin.elapsed());
        let lags = roles
            .keys()
            .filter_map(|task| Some((*task, self.council.lag(*task)?)))
            .collect();
        *self.board.lags.lock() = lags;
        for (task, role) in roles {
            let told = self.told.get(&task).copied().unwrap_or(Role::Idle);
            if told != role && self.parts.node.want(task, role) {
                tracing::info!(task, ?role, "the task has another role here");
                self.told.insert(task, role);
            }
        }
    }

    fn beat(&mut self) {
        let now = Instant::now();
        if now < self.next_beat {
            return;
        }
        self.next_beat = now + HEARTBEAT_INTERVAL;
        let mut value = Vec::new();
        let beat = self.council.heartbeat(self.parts.clock.now());
        match beat.encode(&self.parts.codec, &mut value) {
            Ok(()) => self.parts.heartbeats.send(&value),
            Err(error) => tracing::error!(%error, "a heartbeat cannot be written"),
        }
    }
}
