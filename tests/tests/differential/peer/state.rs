//! What the clients of one sequence know, and how they ask.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::{
    ResponseError,
    messages::{GroupId, TopicName, TransactionalId},
    protocol::{Request, StrBytes},
};
use uuid::Uuid;

use super::consumers::Membership;
use crate::{aliases::Aliases, client::Connection, steps::Step};

/// How long an error that passes is waited for to pass.
const RETRY_TIME_MAX: Duration = Duration::from_secs(5);
const RETRY_PAUSE: Duration = Duration::from_millis(2);
/// Errors that say when a broker was asked, not what it thinks.
const PASSING: [ResponseError; 5] = [
    ResponseError::ConcurrentTransactions,
    ResponseError::CoordinatorLoadInProgress,
    ResponseError::CoordinatorNotAvailable,
    ResponseError::NotCoordinator,
    // What older clients that write are told instead of CONCURRENT_TRANSACTIONS.
    ResponseError::NotEnoughReplicas,
];

/// A producer id that no broker has given.
pub(crate) const UNKNOWN_PRODUCER: i64 = 987_654_321;
/// Partitions of a sequence's topic.
pub(crate) const PARTITIONS: usize = 2;

/// What a producer holds.
#[derive(Clone, Default)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) epoch: i16,
    /// The next sequence number of each partition.
    pub(super) next: [i32; PARTITIONS],
    /// The last batch of each partition: its first sequence number and its keys.
    pub(super) last: [(i32, Vec<String>); PARTITIONS],
}

/// What a member of the group holds.
#[derive(Clone, Default)]
pub(super) struct Slot {
    pub(super) id: StrBytes,
    /// The id before.
    pub(super) former: StrBytes,
    pub(super) instance: Option<StrBytes>,
    pub(super) generation: i32,
    /// The members that it may assign to, if it leads.
    pub(super) roster: Vec<StrBytes>,
    pub(super) version: i16,
}

/// A broker, and what the clients of one sequence know.
pub(crate) struct Peer {
    pub(super) connection: Connection,
    pub(super) member_connections: [Connection; 2],
    pub(super) topic: TopicName,
    pub(super) topic_id: Uuid,
    pub(super) group: GroupId,
    pub(super) id: TransactionalId,
    pub(super) aliases: Aliases,
    pub(super) held: [Held; 3],
    pub(super) slots: [Slot; 2],
    /// What the members of the other group hold, that of the new protocol.
    pub(super) memberships: [Membership; 2],
    /// Whether its members tell their leader what cannot be read.
    pub(super) is_unreadable: bool,
    pub(super) keys: usize,
    /// How often settings were altered.
    pub(super) signs: usize,
    /// From which the times of records are counted.
    pub(super) time: i64,
}

impl Peer {
    /// New clients, with a topic of their own.
    pub(crate) fn new(address: &str, sequence: u64, time: i64) -> Peer {
        let name = |kind: &str| StrBytes::from_string(format!("{kind}-{sequence}"));
        let nobody = Held {
            id: UNKNOWN_PRODUCER,
            ..Held::default()
        };
        let member = |instance, version| Slot {
            instance,
            version,
            generation: -1,
            ..Slot::default()
        };
        let is_static = sequence % 2 == 1;
        let mut peer = Peer {
            connection: Connection::open(address),
            member_connections: [Connection::open(address), Connection::open(address)],
            topic: TopicName(name("topic")),
            topic_id: Uuid::nil(),
            group: GroupId(name("group")),
            id: TransactionalId(name("id")),
            aliases: Aliases::default(),
            held: [nobody.clone(), nobody.clone(), nobody],
            slots: [
                member(None, if sequence.is_multiple_of(3) { 3 } else { 9 }),
                member(
                    is_static.then(|| name("instance")),
                    if sequence.is_multiple_of(5) { 5 } else { 9 },
                ),
            ],
            memberships: Default::default(),
            is_unreadable: sequence.is_multiple_of(7),
            keys: 0,
            signs: 0,
            time,
        };
        peer.topic_id = peer.create_own_topic();
        // Kafka makes the topics of its coordinators when one is first looked for.
        for kind in [0, 1] {
            peer.find_coordinator(kind).expect("an answer");
        }
        peer
    }

    /// Carries a step out and says what was observed.
    pub(crate) fn perform(&mut self, step: &Step) -> String {
        self.carry_out(step).unwrap_or_else(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "no answer".to_owned(),
            _ => "connection closed".to_owned(),
        })
    }

    fn carry_out(&mut self, step: &Step) -> io::Result<String> {
        match step {
            Step::CreateTopic(what) => self.create_topic(*what),
            Step::DeleteMissingTopic => self.delete_missing_topic(),
            Step::Metadata(asked) => self.metadata(*asked),
            Step::ApiVersions => self.api_versions(),
            Step::FindCoordinator { kind } => self.find_coordinator(*kind),
            Step::Init {
                who,
                holding,
                timeout_ms,
                version,
            } => self.init(*who, *holding, *timeout_ms, *version),
            Step::Produce(produce) => self.produce(produce),
            Step::AddPartitions {
                who,
                epoch,
                partitions,
                version,
            } => self.add_partitions(*who, *epoch, partitions, *version),
            Step::AddOffsets { who, epoch, version } => self.add_offsets(*who, *epoch, *version),
            Step::TxnOffsetCommit {
                who,
                epoch,
                by,
                offset,
                version,
            } => self.txn_offset_commit(*who, *epoch, *by, *offset, *version),
            Step::EndTxn {
                who,
                epoch,
                commit,
                version,
            } => self.end_txn(*who, *epoch, *commit, *version),
            Step::DescribeTransactions { known } => self.describe_transactions(*known),
            Step::ListTransactions => self.list_transactions(),
            Step::DescribeProducers { partition } => self.describe_producers(*partition),
            Step::Fetch {
                partition,
                from,
                committed,
                version,
            } => self.fetch(*partition, *from, *committed, *version),
            Step::ListOffsets {
                partition,
                time,
                committed,
                version,
            } => self.list_offsets(*partition, *time, *committed, *version),
            Step::DeleteRecords { partition, to } => self.delete_records(*partition, *to),
            Step::Join { slot, anew } => self.join(*slot, *anew),
            Step::SyncAll => self.sync_all(),
            Step::SyncWrong { slot, wrong } => self.sync_wrong(*slot, *wrong),
            Step::Heartbeat(by) => self.heartbeat(*by),
            Step::Leave(by) => self.leave(*by),
            Step::OffsetCommit {
                by,
                partition,
                offset,
                long,
                version,
            } => self.offset_commit(*by, *partition, *offset, *long, *version),
            Step::OffsetFetch { stable, all, version } => self.offset_fetch(*stable, *all, *version),
            Step::OffsetDelete => self.offset_delete(),
            Step::DescribeGroup { version } => self.describe_group(*version),
            Step::DeleteGroup => self.delete_group(),
            Step::DescribeConfigs { of, keys, version } => self.describe_configs(*of, *keys, *version),
            Step::Alter { of, what, only_checked } => self.alter(*of, *what, *only_checked),
            Step::Replace { of, what, only_checked } => self.replace(*of, *what, *only_checked),
            Step::Grow { count, only_checked } => self.grow(*count, *only_checked),
            Step::CreateOther => self.create_other(),
            Step::DeleteOther => self.delete_other(),
            Step::DeleteOwn => self.delete_own(),
            Step::ConsumerJoin { slot, subscription } => self.consumer_join(*slot, *subscription),
            Step::ConsumerBeat { slot, untrue } => self.consumer_beat(*slot, *untrue),
            Step::ConsumerLeave { slot } => self.consumer_leave(*slot),
            Step::ConsumerCommit(by) => self.consumer_commit(*by),
            Step::DescribeConsumers => self.describe_consumers(),
        }
    }

    /// Asks until the answer is not that the broker was asked too early.
    pub(super) fn ask<R: Request>(
        &mut self,
        version: i16,
        request: &R,
        code: impl Fn(&R::Response) -> i16,
    ) -> io::Result<R::Response> {
        let end = Instant::now() + RETRY_TIME_MAX;
        loop {
            let answer = self.connection.call(version, request)?;
            let passes = PASSING.iter().any(|passing| passing.code() == code(&answer));
            if !passes || Instant::now() > end {
                return Ok(answer);
            }
            sleep(RETRY_PAUSE);
        }
    }
}
