//! What happens inside a rebalance.
//!
//! rdkafka's own handling throws the errors of assign and unassign away, after which the group believes something else
//! than the client does. Here they end the session.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use parking_lot::Mutex;
use rdkafka::{
    ClientContext, Offset, Statistics, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol},
    error::{KafkaError, KafkaResult},
    types::RDKafkaRespErr,
};

use super::Proposal;
use crate::kafka::context::trace_line;

/// The context of the group's consumer. Its methods run inside the session's own polls.
pub(super) struct MemberContext {
    inbox: String,
    state: Mutex<State>,
    rebalances: AtomicU64,
    leaving: AtomicBool,
    given: AtomicBool,
    owns_other: AtomicBool,
}

#[derive(Default)]
struct State {
    owned: BTreeSet<i32>,
    proposals: Vec<Proposal>,
    failed: Option<KafkaError>,
}

impl MemberContext {
    pub(super) fn new(inbox: String) -> Self {
        Self {
            inbox,
            state: Mutex::default(),
            rebalances: AtomicU64::new(0),
            leaving: AtomicBool::new(false),
            given: AtomicBool::new(false),
            owns_other: AtomicBool::new(false),
        }
    }

    /// The proposals since the last call.
    pub(super) fn take_proposals(&self) -> Vec<Proposal> {
        std::mem::take(&mut self.state.lock().proposals)
    }

    /// The error that ended a rebalance too early.
    pub(super) fn take_failure(&self) -> Option<KafkaError> {
        self.state.lock().failed.take()
    }

    /// Everything that is owned is lost.
    pub(super) fn lose_all(&self) {
        let mut state = self.state.lock();
        let owned: Vec<i32> = std::mem::take(&mut state.owned).into_iter().collect();
        if !owned.is_empty() {
            state.proposals.push(Proposal::Lost(owned));
        }
    }

    /// The subscription is about to change. librdkafka then calls the assignment lost, although it is given back
    /// before anybody else can have it.
    pub(super) fn set_leaving(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether the group's last word gave, be it nothing, and did not take. After a change of the subscription it takes first,
    /// and gives when all members have joined again.
    pub(super) fn was_given(&self) -> bool {
        self.given.load(Ordering::Relaxed)
    }

    pub(super) fn owns_nothing(&self) -> bool {
        self.state.lock().owned.is_empty()
    }

    /// Whether the group has given it partitions of another topic than the inbox.
    pub(super) fn owns_other(&self) -> bool {
        self.owns_other.load(Ordering::Relaxed)
    }

    /// How many rebalances were answered.
    pub(super) fn rebalances(&self) -> u64 {
        self.rebalances.load(Ordering::Relaxed)
    }

    fn tasks(&self, list: &TopicPartitionList) -> Vec<i32> {
        let of_inbox =
            |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| element.topic() == self.inbox;
        let mut tasks: Vec<i32> = list
            .elements()
            .iter()
            .filter(|element| of_inbox(element))
            .map(|element| element.partition())
            .collect();
        tasks.sort_unstable();
        tasks
    }

    fn propose(&self, proposal: Proposal) {
        let mut state = self.state.lock();
        let (Proposal::Assigned(tasks) | Proposal::Revoked(tasks) | Proposal::Lost(tasks)) = &proposal;
        if tasks.is_empty() {
            return;
        }
        match &proposal {
            Proposal::Assigned(tasks) => state.owned.extend(tasks),
            Proposal::Revoked(tasks) | Proposal::Lost(tasks) => tasks.iter().for_each(|task| {
                state.owned.remove(task);
            }),
        }
        state.proposals.push(proposal);
    }
}

impl ClientContext for MemberContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        trace_line(level, facility, message);
    }

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the membership reports an error");
    }
}

impl ConsumerContext for MemberContext {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, err: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let tasks = self.tasks(list);
        let (answered, proposal) = match err {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                self.owns_other.fetch_or(list.count() > tasks.len(), Ordering::Relaxed);
                (assign(consumer, list), Proposal::Assigned(tasks))
            }
            _ if consumer.assignment_lost() && !self.leaving.load(Ordering::Relaxed) => {
                (unassign(consumer, list), Proposal::Lost(tasks))
            }
            _ => (unassign(consumer, list), Proposal::Revoked(tasks)),
        };
        self.given
            .store(matches!(proposal, Proposal::Assigned(_)), Ordering::Relaxed);
        self.rebalances.fetch_add(1, Ordering::Relaxed);
        match answered {
            Ok(()) => self.propose(proposal),
            Err(error) => self.state.lock().failed = Some(error),
        }
    }
}

/// Takes the partitions and pauses them at once: nothing is ever fetched.
fn assign(consumer: &BaseConsumer<MemberContext>, list: &mut TopicPartitionList) -> KafkaResult<()> {
    // A position that needs no look at committed offsets, of which there are none.
    list.set_all_offsets(Offset::End)?;
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_assign(list)?,
        _ => consumer.assign(list)?,
    }
    if list.count() == 0 {
        Ok(())
    } else {
        consumer.pause(list)
    }
}

fn unassign(consumer: &BaseConsumer<MemberContext>, list: &TopicPartitionList) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(list),
        _ => consumer.unassign(),
    }
}
