//! The broker under its lock, and who waits for its answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use palinode_broker::{Broker, Call, CallId, ConnectionId, Output, Storage, StorageError, StrBytes, Timestamp, frame};
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Clock,
    limits::{LARGE_BYTES_MAX, READ_BYTES},
};

/// How many bytes a permit stands for.
const PERMIT_BYTES: usize = 1024;

/// What all tasks share.
pub(super) struct Shared {
    pub(super) clock: Clock,
    /// Permits for the bytes of large frames and answers.
    large: Arc<Semaphore>,
    state: Mutex<State>,
    /// Told when something falls due earlier than the timer waits for.
    sooner: Notify,
}

struct State {
    broker: Broker,
    /// Who waits for an answer; a connection has one request under way at a time.
    waiting: BTreeMap<ConnectionId, oneshot::Sender<Output>>,
    /// What the timer waits for.
    armed: Option<Timestamp>,
}

/// What came of a request.
pub(super) enum Answer {
    Now(Output),
    Later(oneshot::Receiver<Output>),
}

impl Shared {
    pub(super) fn new(broker: Broker, clock: Clock) -> Self {
        Self {
            clock,
            large: Arc::new(Semaphore::new(LARGE_BYTES_MAX / PERMIT_BYTES)),
            state: Mutex::new(State {
                broker,
                waiting: BTreeMap::new(),
                armed: None,
            }),
            sooner: Notify::new(),
        }
    }

    /// Waits until a frame or an answer of this size may take its memory; a small one always may.
    pub(super) async fn permit(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        if bytes <= READ_BYTES {
            return None;
        }
        let permits = u32::try_from(bytes.min(LARGE_BYTES_MAX) / PERMIT_BYTES).unwrap_or(u32::MAX);
        self.large.clone().acquire_many_owned(permits).await.ok()
    }

    /// Hands a request to the broker.
    pub(super) fn call(&self, connection: ConnectionId, host: &StrBytes, request: frame::Request) -> Answer {
        let mut state = self.state.lock();
        let call = Call {
            id: CallId {
                connection,
                correlation_id: request.correlation_id,
            },
            version: request.version,
            client_id: request.client_id,
            client_host: host.clone(),
            // Taken under the lock, so that it does not go back from one request to the next.
            now: self.clock.now(),
        };
        state.broker.set_records_ahead(self.clock.records_ahead());
        state.broker.set_clients_ahead(self.clock.behind());
        state.broker.handle(&call, request.body);
        let answer = match state.deliver(Some(connection)) {
            Some(output) => Answer::Now(output),
            None => {
                let (sender, receiver) = oneshot::channel();
                state.waiting.insert(connection, sender);
                Answer::Later(receiver)
            }
        };
        let sooner = state.arm();
        drop(state);
        if sooner {
            self.sooner.notify_one();
        }
        answer
    }

    /// Writes everything that outlives the process into an empty storage; all requests wait meanwhile.
    pub(super) fn copy_to(&self, target: &mut dyn Storage) -> Result<(), StorageError> {
        self.state.lock().broker.copy_to(target)
    }

    /// Forgets a connection.
    pub(super) fn disconnected(&self, connection: ConnectionId) {
        let mut state = self.state.lock();
        state.waiting.remove(&connection);
        let now = self.clock.now();
        state.broker.disconnected(connection, now);
        state.deliver(None);
        let sooner = state.arm();
        drop(state);
        if sooner {
            self.sooner.notify_one();
        }
    }

    /// Lets time pass, and says when it has to again.
    pub(super) fn tick(&self) -> Option<Timestamp> {
        let mut state = self.state.lock();
        let now = self.clock.now();
        state.broker.tick(now);
        state.deliver(None);
        state.armed = state.broker.next_deadline();
        state.armed
    }

    /// Resolves when something falls due earlier than the last tick said.
    pub(super) async fn became_sooner(&self) {
        self.sooner.notified().await;
    }
}

impl State {
    /// Hands the broker's outputs to those who wait for them, but returns that of one connection.
    fn deliver(&mut self, own: Option<ConnectionId>) -> Option<Output> {
        let mut found = None;
        while let Some(output) = self.broker.next_output() {
            let connection = output.call.connection;
            if own == Some(connection) {
                found = Some(output);
            } else if let Some(sender) = self.waiting.remove(&connection) {
                // Whoever does not wait any more is about to say that it went.
                let _gone = sender.send(output);
            }
        }
        found
    }

    /// Whether the timer has to look earlier than it would.
    fn arm(&mut self) -> bool {
        let deadline = self.broker.next_deadline();
        let sooner = deadline.is_some_and(|due| self.armed.is_none_or(|armed| due < armed));
        if sooner {
            self.armed = deadline;
        }
        sooner
    }
}
