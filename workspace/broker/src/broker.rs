//! The broker: its parts, and the way in and out of them.

use std::collections::VecDeque;

use kafka_protocol::messages::{RequestKind, ResponseKind};

use crate::{
    Call, CallId, Change, ConnectionId, Found, Memory, Output, Reply, Settings, Storage, StorageError, Timestamp,
    groups::Groups,
    log::{Cleaner, Fetches},
    topics::{self, Topics},
    transactions::Transactions,
};

/// The number of the only node.
pub const NODE_ID: i32 = 1;

/// The broker. Every method takes the time; none looks at a clock.
pub struct Broker {
    pub(crate) settings: Settings,
    pub(crate) topics: Topics,
    pub(crate) groups: Groups,
    pub(crate) transactions: Transactions,
    pub(crate) fetches: Fetches,
    pub(crate) cleaner: Cleaner,
    pub(crate) storage: Box<dyn Storage>,
    outputs: VecDeque<Output>,
}

impl Broker {
    /// A broker without topics.
    pub fn new(settings: Settings, storage: Box<dyn Storage>) -> Self {
        Self {
            settings,
            topics: Topics::default(),
            groups: Groups::default(),
            transactions: Transactions::default(),
            fetches: Fetches::default(),
            cleaner: Cleaner::default(),
            storage,
            outputs: VecDeque::new(),
        }
    }

    /// A broker with what a storage has kept.
    ///
    /// # Errors
    /// The storage cannot read it.
    pub fn recover(settings: Settings, mut storage: Box<dyn Storage>) -> Result<Self, StorageError> {
        let mut broker = Self::new(settings, Box::new(Memory::default()));
        storage.recover(&mut |found| broker.restore(found))?;
        broker.storage = storage;
        Ok(broker)
    }

    /// Takes back what was kept. A batch of a topic that is gone is left behind.
    fn restore(&mut self, found: Found) {
        match found {
            Found::Change(change) => self.apply(change),
            Found::Batch { log, at, batch } => {
                if let Some((partition, config)) = self.topics.log_mut(log) {
                    partition.restore(at, &batch, config);
                    self.cleaner.appended(Timestamp::default());
                }
            }
        }
    }

    /// Takes a request; its answer, and answers to others that it sets free, come from [`Broker::next_output`].
    pub fn handle(&mut self, call: &Call, request: RequestKind) {
        match self.dispatch(call, request) {
            Reply::Now(response) => self.answer(call.id, response),
            Reply::Never => self.outputs.push_back(Output {
                call: call.id,
                response: None,
            }),
            Reply::Later => {}
        }
        self.serve_fetches();
    }

    /// Answers a request, at once or later.
    pub(crate) fn answer(&mut self, call: CallId, response: ResponseKind) {
        self.outputs.push_back(Output {
            call,
            response: Some(response),
        });
    }

    /// Lets the time pass: what is due by `now` happens.
    pub fn tick(&mut self, now: Timestamp) {
        self.tick_transactions(now);
        self.tick_groups(now);
        self.tick_logs(now);
        self.tick_fetches(now);
        self.serve_fetches();
    }

    /// When [`Broker::tick`] has something to do next; none when it has nothing.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let deadlines = [
            self.next_transaction_deadline(),
            self.groups.next_deadline(),
            self.fetches.next_deadline(),
            self.cleaner.next_deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// A connection went: what waits for it is forgotten.
    pub fn disconnected(&mut self, connection: ConnectionId, now: Timestamp) {
        let _ = now;
        self.forget_fetches(connection);
    }

    /// The oldest answer that has not been taken.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Keeps a change and applies it: the only way in which durable state changes.
    pub(crate) fn change(&mut self, change: Change) -> Result<(), StorageError> {
        self.storage.note(&change)?;
        self.apply(change);
        Ok(())
    }

    /// Applies a change, at its first time and at recovery.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Topics(change) => self.apply_to_topics(change),
            Change::Log(change) => change.apply(&mut self.topics),
            Change::Groups(change) => self.groups.apply(change),
            Change::Transactions(change) => self.transactions.apply(change),
        }
    }

    /// Applies a change of topics; groups forget what they committed of a topic that goes.
    fn apply_to_topics(&mut self, change: topics::Change) {
        if let topics::Change::Deleted { id } = &change
            && let Some(name) = self.topics.name_of(*id)
        {
            self.groups.forget_topic(name);
        }
        self.topics.apply(change);
    }
}
