//! What the processes of a world and the world itself share: the time, what is under way, and who waits.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
};

use palinode_core::Timestamp;

use super::{Event, Ledger, Network, Place};
use crate::{
    Random,
    history::{Happened, History},
};

/// Something of a process that waits for itself: a task, or a reader in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ThreadId(pub u64);

/// What a thread does.
pub(crate) type Run = Pin<Box<dyn Future<Output = ()>>>;

/// A thread that was begun and not looked at yet.
pub(crate) struct Begun {
    /// Its number.
    pub(crate) id: ThreadId,
    /// Whose process it is part of.
    pub(crate) node: usize,
    /// What it does.
    pub(crate) run: Run,
}

/// What is shared.
pub(crate) struct Space {
    /// The world's clock.
    pub(crate) now: Timestamp,
    /// What happened.
    pub(crate) history: History,
    /// The places where processes run.
    pub(crate) places: Vec<Place>,
    /// What is between the processes and the broker.
    pub(crate) network: Network,
    /// Which transactions are open.
    pub(crate) ledger: Ledger,
    /// The most of what buffers held, and what they may hold.
    pub(crate) buffers: BTreeMap<&'static str, (usize, usize)>,
    /// Threads that were begun since the world looked.
    pub(crate) begun: Vec<Begun>,
    /// Until when the registry does not answer.
    pub(crate) registry_down_until: Timestamp,
    events: BTreeMap<(Timestamp, u64), Event>,
    events_so_far: u64,
    threads_so_far: u64,
    ready: VecDeque<ThreadId>,
    is_ready: BTreeSet<ThreadId>,
    alarms: BTreeSet<(Timestamp, ThreadId)>,
    alarm_of: BTreeMap<ThreadId, Timestamp>,
}

/// The shared space, as everybody holds it.
pub(crate) type Shared = Rc<RefCell<Space>>;

impl Space {
    /// A space at `begin` with these places.
    #[must_use]
    pub(crate) fn new(seed: u64, begin: Timestamp, places: Vec<Place>) -> Self {
        Self {
            now: begin,
            history: History::default(),
            places,
            network: Network::new(Random::new(seed, "network")),
            ledger: Ledger::default(),
            buffers: BTreeMap::new(),
            begun: Vec::new(),
            registry_down_until: begin,
            events: BTreeMap::new(),
            events_so_far: 0,
            threads_so_far: 0,
            ready: VecDeque::new(),
            is_ready: BTreeSet::new(),
            alarms: BTreeSet::new(),
            alarm_of: BTreeMap::new(),
        }
    }

    /// Takes in what happened.
    pub(crate) fn note(&mut self, what: Happened) {
        self.history.add(self.now, what);
    }

    /// Lets something happen in so many milliseconds.
    pub(crate) fn later(&mut self, ms: i64, event: Event) {
        self.at(Timestamp(self.now.0 + ms.max(0)), event);
    }

    /// Lets something happen at a time.
    pub(crate) fn at(&mut self, at: Timestamp, event: Event) {
        self.events_so_far += 1;
        self.events.insert((at.max(self.now), self.events_so_far), event);
    }

    /// What happens by now and has not happened yet, one after the other.
    pub(crate) fn next_event(&mut self) -> Option<Event> {
        let first = self.events.first_entry()?;
        (first.key().0 <= self.now).then(|| first.remove())
    }

    /// When something happens next, or a thread wants to be woken.
    #[must_use]
    pub(crate) fn next_time(&self) -> Option<Timestamp> {
        let event = self.events.first_key_value().map(|((at, _), _)| *at);
        let alarm = self.alarms.first().map(|(at, _)| *at);
        [event, alarm].into_iter().flatten().min()
    }

    /// The number of a thread that is to be begun.
    pub(crate) fn new_thread(&mut self) -> ThreadId {
        self.threads_so_far += 1;
        ThreadId(self.threads_so_far)
    }

    /// Begins a thread.
    pub(crate) fn begin(&mut self, id: ThreadId, node: usize, run: impl Future<Output = ()> + 'static) {
        self.begun.push(Begun {
            id,
            node,
            run: Box::pin(run),
        });
        self.wake(id);
    }

    /// Has a thread look again.
    pub(crate) fn wake(&mut self, thread: ThreadId) {
        if self.is_ready.insert(thread) {
            self.ready.push_back(thread);
        }
    }

    /// Has a thread look again at that time, if nothing wakes it before.
    pub(crate) fn alarm(&mut self, thread: ThreadId, at: Timestamp) {
        if let Some(before) = self.alarm_of.insert(thread, at) {
            self.alarms.remove(&(before, thread));
        }
        self.alarms.insert((at, thread));
    }

    /// Wakes the threads whose time has come.
    pub(crate) fn ring(&mut self) {
        while let Some((at, thread)) = self.alarms.first().copied().filter(|(at, _)| *at <= self.now) {
            self.alarms.remove(&(at, thread));
            self.alarm_of.remove(&thread);
            self.wake(thread);
        }
    }

    /// The thread that looks next.
    pub(crate) fn next_ready(&mut self) -> Option<ThreadId> {
        let thread = self.ready.pop_front()?;
        self.is_ready.remove(&thread);
        Some(thread)
    }

    /// Forgets a thread.
    pub(crate) fn forget(&mut self, thread: ThreadId) {
        if let Some(at) = self.alarm_of.remove(&thread) {
            self.alarms.remove(&(at, thread));
        }
    }

    /// Takes in how much a buffer holds.
    pub(crate) fn measure(&mut self, buffer: &'static str, holds: usize, may_hold: usize) {
        let most = self.buffers.entry(buffer).or_insert((0, may_hold));
        most.0 = most.0.max(holds);
    }
}

/// A thread's hold on the space.
#[derive(Clone)]
pub(crate) struct Hold {
    /// The space.
    pub(crate) space: Shared,
    /// The place where the thread's process runs.
    pub(crate) node: usize,
    /// The thread.
    pub(crate) thread: ThreadId,
}

impl Hold {
    /// The world's clock.
    #[must_use]
    pub(crate) fn now(&self) -> Timestamp {
        self.space.borrow().now
    }

    /// The time in so many milliseconds.
    #[must_use]
    pub(crate) fn after(&self, ms: i64) -> Timestamp {
        Timestamp(self.now().0 + ms)
    }

    /// Waits until `look` finds something, or until a time. The thread is woken by whoever changes what `look` looks at.
    pub(crate) async fn wait<T>(&self, until: Timestamp, mut look: impl FnMut(&mut Space) -> Option<T>) -> Option<T> {
        poll_fn(|_| {
            let mut space = self.space.borrow_mut();
            if let Some(found) = look(&mut space) {
                return Poll::Ready(Some(found));
            }
            if space.now >= until {
                return Poll::Ready(None);
            }
            if until < Timestamp(i64::MAX) {
                space.alarm(self.thread, until);
            }
            Poll::Pending
        })
        .await
    }

    /// Waits so many milliseconds.
    pub(crate) async fn sleep(&self, ms: i64) {
        let _nothing: Option<()> = self.wait(self.after(ms), |_| None).await;
    }
}
