//! The broker: its parts, and the way in and out of them.

use std::{collections::VecDeque, time::Duration};

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
    /// How much further than the clock the time of written records is.
    pub(crate) records_ahead: Duration,
    /// How much further than the clock those of its clients may be.
    pub(crate) clients_ahead: Duration,
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
            records_ahead: Duration::ZERO,
            clients_ahead: Duration::ZERO,
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

    /// From here on records are written at a time so much further than the clock; nothing else goes by it. For those who
    /// move time for their own timers: no client would live through a leap of its session, or of its open transaction.
    pub fn set_records_ahead(&mut self, ahead: Duration) {
        self.records_ahead = ahead;
    }

    /// From here on clients may take a time so much further than the clock for the present: those of a clock that goes on
    /// in the past.
    pub fn set_clients_ahead(&mut self, ahead: Duration) {
        self.clients_ahead = ahead;
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
