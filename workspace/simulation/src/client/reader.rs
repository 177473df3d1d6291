//! Reading by manual assignment, in the background: the inputs of a task, or its journal.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use kafka_protocol::{
    ResponseError,
    messages::{
        FetchRequest, FetchResponse, ResponseKind, TopicName,
        fetch_request::{FetchPartition, FetchTopic},
    },
};
use palinode_broker::StrBytes;
use palinode_core::Timestamp;
use palinode_log::{Consumed, Error, Paused, PollLimits, TopicPartition};

use super::{
    Link,
    settings::{FETCH_BYTES, FETCH_VERSION, FETCH_WAIT_MS, FETCHED_AHEAD_MAX, RETRY_MS, TRANSACTION_MS},
};
use crate::{
    broker::decode,
    world::{Hold, Space, ThreadId},
};

/// What is called when records wait that did not wait before.
pub(super) type Wake = Box<dyn Fn(&mut Space)>;

/// A consumer with its inputs.
pub(super) struct Reader {
    state: Rc<RefCell<State>>,
    hold: Hold,
    fetcher: ThreadId,
}

#[derive(Default)]
struct State {
    inputs: BTreeMap<TopicPartition, Input>,
    fetched: VecDeque<Consumed>,
    failed: Option<Error>,
    /// Counts assignments and pauses: what was fetched for others is dropped.
    assignment: u64,
    is_closed: bool,
}

#[derive(Clone, Debug)]
struct Input {
    /// The offset after the last record that was handed out.
    next: i64,
    /// The offset that is fetched next.
    fetch: i64,
    is_paused: bool,
}

impl Reader {
    /// A reader of nothing.
    pub(super) fn new(hold: Hold, wake: Wake) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let fetcher = hold.space.borrow_mut().new_thread();
        let link = Link::new(Hold {
            thread: fetcher,
            ..hold.clone()
        });
        let run = fetch(Rc::clone(&state), link, wake);
        hold.space.borrow_mut().begin(fetcher, hold.node, run);
        Self { state, hold, fetcher }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.borrow_mut();
        state.assignment += 1;
        change(&mut state);
        self.hold.space.borrow_mut().wake(self.fetcher);
    }

    /// Reads these from here on, and nothing else.
    pub(super) fn assign(&self, positions: &[(TopicPartition, i64)]) {
        let input = |(at, next): &(TopicPartition, i64)| {
            let input = Input {
                next: *next,
                fetch: *next,
                is_paused: false,
            };
            (at.clone(), input)
        };
        self.change(|state| {
            state.inputs = positions.iter().map(input).collect();
            state.fetched.clear();
            state.failed = None;
        });
    }

    /// Stops or continues to fetch some inputs; what was fetched of a paused one is fetched again.
    pub(super) fn set_paused(&self, inputs: &[TopicPartition], paused: Paused) {
        self.change(|state| {
            for at in inputs {
                if let Some(input) = state.inputs.get_mut(at) {
                    input.is_paused = paused == Paused::Yes;
                    if input.is_paused {
                        let fetched = state.fetched.iter();
                        let first = fetched
                            .filter(|record| record.source == *at)
                            .map(|record| record.offset)
                            .next();
                        input.fetch = first.unwrap_or(input.fetch);
                    }
                }
                if paused == Paused::Yes {
                    state.fetched.retain(|record| record.source != *at);
                }
            }
        });
    }

    /// Takes what is there. A failure that comes after records is told by the next call. Gives whether some is left.
    pub(super) fn poll(&self, limits: PollLimits, into: &mut Vec<Consumed>) -> Result<bool, Error> {
        let mut state = self.state.borrow_mut();
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        let (mut taken, mut bytes) = (0, 0);
        while taken < limits.records_max && bytes < limits.bytes_max {
            let Some(record) = state.fetched.pop_front() else { break };
            taken += 1;
            bytes +=
                record.key.as_ref().map_or(0, |key| key.len()) + record.value.as_ref().map_or(0, |value| value.len());
            if let Some(input) = state.inputs.get_mut(&record.source) {
                input.next = record.offset + 1;
            }
            into.push(record);
        }
        drop(state);
        // There is room again.
        self.hold.space.borrow_mut().wake(self.fetcher);
        Ok(!self.state.borrow().fetched.is_empty())
    }

    /// Waits for the first record, or a failure.
    pub(super) async fn wait(&self, until: Timestamp) {
        let state = &self.state;
        let is_there = |_: &mut Space| {
            let state = state.borrow();
            (!state.fetched.is_empty() || state.failed.is_some()).then_some(())
        };
        let _came = self.hold.wait(until, is_there).await;
    }

    /// For each input the position after the last record that was handed out, or further when nothing of what followed
    /// is handed out.
    pub(super) fn positions(&self) -> Vec<(TopicPartition, i64)> {
        let state = self.state.borrow();
        let position = |(at, input): (&TopicPartition, &Input)| {
            let waits = state.fetched.iter().any(|record| record.source == *at);
            let position = if waits { input.next } else { input.fetch.max(input.next) };
            (at.clone(), position)
        };
        state.inputs.iter().map(position).collect()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.state.borrow_mut().is_closed = true;
        if let Ok(mut space) = self.hold.space.try_borrow_mut() {
            space.wake(self.fetcher);
        }
    }
}

/// The background of a reader.
async fn fetch(state: Rc<RefCell<State>>, mut link: Link, wake: Wake) {
    loop {
        let next = |_: &mut Space| {
            let state = state.borrow();
            if state.is_closed {
                return Some(None);
            }
            let request = request(&state)?;
            Some(Some((state.assignment, request)))
        };
        let Some(Some((assignment, request))) = link.hold().wait(Timestamp(i64::MAX), next).await else {
            return;
        };
        let deadline = link.hold().after(FETCH_WAIT_MS + TRANSACTION_MS);
        let Ok(ResponseKind::Fetch(answer)) = link.call(FETCH_VERSION, request, deadline).await else {
            link.hold().sleep(RETRY_MS).await;
            continue;
        };
        let mut is_troubled = false;
        {
            let mut space = link.hold().space.borrow_mut();
            let mut state = state.borrow_mut();
            if state.assignment == assignment {
                let waited = !state.fetched.is_empty();
                is_troubled = state.take(&answer);
                space.measure("records fetched ahead", state.fetched.len(), FETCHED_AHEAD_MAX);
                if (!waited && !state.fetched.is_empty()) || state.failed.is_some() {
                    drop(state);
                    wake(&mut space);
                }
            }
        }
        if is_troubled {
            link.hold().sleep(RETRY_MS).await;
        }
    }
}

impl State {
    /// Takes in what was fetched. True when something was refused.
    fn take(&mut self, answer: &FetchResponse) -> bool {
        let mut is_troubled = ResponseError::try_from_code(answer.error_code).is_some();
        for topic in &answer.responses {
            for data in &topic.partitions {
                let at = TopicPartition::new(topic.topic.as_str(), data.partition_index);
                let Some(input) = self.inputs.get_mut(&at) else {
                    continue;
                };
                match ResponseError::try_from_code(data.error_code) {
                    None => {
                        let (records, next) = decode(&at, input.fetch, data);
                        input.fetch = next;
                        self.fetched.extend(records);
                    }
                    Some(ResponseError::OffsetOutOfRange) => {
                        is_troubled = true;
                        self.failed = Some(Error::OffsetOutOfRange {
                            topic: at.topic.to_string(),
                            partition: at.partition,
                            offset: input.fetch,
                        });
                    }
                    Some(ResponseError::UnknownTopicOrPartition) => {
                        is_troubled = true;
                        let topic = at.to_string();
                        self.failed = Some(Error::MissingTopic { topic });
                    }
                    Some(_) => is_troubled = true,
                }
            }
        }
        is_troubled
    }
}

/// The next fetch; none while there is nothing to fetch, or no room for it.
fn request(state: &State) -> Option<FetchRequest> {
    if state.fetched.len() >= FETCHED_AHEAD_MAX / 2 {
        return None;
    }
    let mut topics: BTreeMap<&str, Vec<FetchPartition>> = BTreeMap::new();
    for (at, input) in state.inputs.iter().filter(|(_, input)| !input.is_paused) {
        topics.entry(&at.topic).or_default().push(
            FetchPartition::default()
                .with_partition(at.partition)
                .with_current_leader_epoch(-1)
                .with_fetch_offset(input.fetch)
                .with_partition_max_bytes(FETCH_BYTES),
        );
    }
    if topics.is_empty() {
        return None;
    }
    let topics = topics.into_iter().map(|(name, partitions)| {
        FetchTopic::default()
            .with_topic(TopicName(StrBytes::from_string(name.to_owned())))
            .with_partitions(partitions)
    });
    let request = FetchRequest::default()
        .with_replica_id((-1).into())
        .with_max_wait_ms(i32::try_from(FETCH_WAIT_MS).unwrap_or(i32::MAX))
        .with_min_bytes(1)
        .with_max_bytes(FETCH_BYTES)
        .with_isolation_level(1)
        .with_session_epoch(-1)
        .with_topics(topics.collect());
    Some(request)
}
