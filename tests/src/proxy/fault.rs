//! What goes wrong, where, and how often.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kafka_protocol::{
    ResponseError,
    messages::{AddPartitionsToTxnRequest, ApiKey, EndTxnRequest, ProduceRequest},
    protocol::Decodable,
};
use parking_lot::{Condvar, Mutex};

use super::frame::Request;

/// What a test waits for at the most.
const PATIENCE: Duration = Duration::from_secs(20);

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A transactional id is initialised.
    InitProducerId,
    /// Partitions come under a transaction.
    AddPartitions,
    /// Partitions of a topic whose name ends so come under a transaction.
    AddPartitionsOf(&'static str),
    /// Records are written.
    Produce,
    /// Records are written to a topic whose name ends so.
    ProduceTo(&'static str),
    /// A transaction is committed.
    Commit,
    /// A transaction is aborted.
    Abort,
    /// Records are read.
    Fetch,
    /// Offsets are asked for.
    ListOffsets,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The broker does not get it, and the connection is silent from then on.
    LoseRequest,
    /// The broker does what is asked; its answer does not arrive, and nothing after it.
    LoseAnswer,
    /// The broker gets it later.
    DelayRequest(Duration),
    /// The client gets the answer later.
    DelayAnswer(Duration),
    /// The broker does not get it, and the client's connection ends.
    Close,
    /// The broker does what is asked; in place of its answer the client's connection ends.
    CloseForAnswer,
    /// The broker gets its first half, and both connections end.
    Cut,
    /// The broker gets it when the test says so; the client's connection stays.
    Hold,
    /// The same, but the client's connection ends at once.
    HoldAndClose,
    /// The client is told this error, and the broker is not asked.
    Refuse(ResponseError),
    /// The client is told this error for topics whose name ends so, and for others that they were not tried.
    RefuseTopic(&'static str, ResponseError),
}

/// What goes wrong, where, and how often.
#[derive(Clone, Debug)]
pub struct Fault {
    /// At which requests.
    pub at: Point,
    /// Of which clients: how their id ends. All, when it is empty.
    pub of: String,
    /// How many of them.
    pub times: usize,
    /// What happens.
    pub what: What,
}

/// A fault that was told to the proxy: how often it happened, and the key to what it holds.
#[derive(Clone)]
pub struct Armed {
    pub(super) fault: Arc<Fault>,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    hits: usize,
    is_open: bool,
    is_over: bool,
    late_answers: usize,
}

impl Armed {
    pub(super) fn new(fault: Fault) -> Self {
        Self {
            fault: Arc::new(fault),
            state: Arc::default(),
        }
    }

    /// Whether it happens to this request; then it is counted.
    pub(super) fn strikes(&self, request: &Request) -> bool {
        let mut state = self.state.0.lock();
        if state.is_over
            || state.hits >= self.fault.times
            || !request.client.ends_with(&self.fault.of)
            || !self.fault.at.is(request)
        {
            return false;
        }
        state.hits += 1;
        self.state.1.notify_all();
        true
    }

    /// Ends a wait for the release.
    pub(super) fn wait_for_release(&self) {
        self.wait(|state| state.is_open);
    }

    /// The broker has answered what was held.
    pub(super) fn answered_late(&self) {
        self.state.0.lock().late_answers += 1;
        self.state.1.notify_all();
    }

    /// It does not happen any more.
    pub fn end(&self) {
        self.state.0.lock().is_over = true;
    }

    /// How often it happened.
    pub fn hits(&self) -> usize {
        self.state.0.lock().hits
    }

    /// Waits until it happened.
    ///
    /// # Panics
    /// When it does not.
    pub fn wait_for_hit(&self) {
        assert!(self.wait(|state| state.hits > 0), "{:?} did not happen", self.fault);
    }

    /// Lets through what is held.
    pub fn release(&self) {
        self.state.0.lock().is_open = true;
        self.state.1.notify_all();
    }

    /// Lets through what is held, and waits until the broker has answered one of it.
    ///
    /// # Panics
    /// When it does not.
    pub fn release_and_wait(&self) {
        self.release();
        assert!(
            self.wait(|state| state.late_answers > 0),
            "the late request was not answered"
        );
    }

    fn wait(&self, condition: impl Fn(&State) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state.0.lock();
        while !condition(&state) {
            if self.state.1.wait_until(&mut state, deadline).timed_out() {
                return condition(&state);
            }
        }
        true
    }
}

impl Point {
    fn is(self, request: &Request) -> bool {
        match self {
            Self::InitProducerId => request.key == ApiKey::InitProducerId,
            Self::AddPartitions => request.key == ApiKey::AddPartitionsToTxn,
            Self::AddPartitionsOf(topic) => request.key == ApiKey::AddPartitionsToTxn && adds(request, topic),
            Self::Produce => request.key == ApiKey::Produce,
            Self::ProduceTo(topic) => request.key == ApiKey::Produce && writes_to(request, topic),
            Self::Commit => request.key == ApiKey::EndTxn && is_commit(request) == Some(true),
            Self::Abort => request.key == ApiKey::EndTxn && is_commit(request) == Some(false),
            Self::Fetch => request.key == ApiKey::Fetch,
            Self::ListOffsets => request.key == ApiKey::ListOffsets,
        }
    }
}

fn is_commit(request: &Request) -> Option<bool> {
    let end = EndTxnRequest::decode(&mut request.body.clone(), request.version).ok()?;
    Some(end.committed)
}

fn adds(request: &Request, topic: &str) -> bool {
    AddPartitionsToTxnRequest::decode(&mut request.body.clone(), request.version).is_ok_and(|asked| {
        asked
            .v3_and_below_topics
            .iter()
            .any(|added| added.name.ends_with(topic))
    })
}

fn writes_to(request: &Request, topic: &str) -> bool {
    ProduceRequest::decode(&mut request.body.clone(), request.version)
        .is_ok_and(|produce| produce.topic_data.iter().any(|data| data.name.ends_with(topic)))
}
