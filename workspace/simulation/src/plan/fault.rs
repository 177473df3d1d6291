//! What may go wrong, each kind by its name.

use serde::{Deserialize, Serialize};

/// Something at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed<T> {
    /// When, in milliseconds from the world's beginning.
    pub at_ms: i64,
    /// What.
    pub what: T,
}

/// A request whose answer goes astray: the broker did what it asks, and the client does not learn of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Answer {
    /// `InitProducerId`.
    Init,
    /// `AddPartitionsToTxn`.
    AddPartitions,
    /// `Produce`.
    Produce,
    /// `EndTxn`.
    EndTxn,
    /// `Fetch`.
    Fetch,
    /// `ListOffsets`.
    ListOffsets,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Init,
        Self::AddPartitions,
        Self::Produce,
        Self::EndTxn,
        Self::Fetch,
        Self::ListOffsets,
    ];
}

/// What becomes of a node's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Disk {
    /// It is as it was.
    Kept,
    /// The last writes that no sync had confirmed are gone: so many of them, or as many as there are.
    LostSuffix(u32),
    /// It is empty.
    Lost,
    /// It is as it was some writes ago, restored from a copy: so many writes, or as many as there are.
    Stale(u32),
    /// It belongs to another cluster or application.
    Foreign,
    /// Its bytes are damaged.
    Damaged,
    /// The checkpoint was written and the sagas of its batch were not: what a torn batch leaves, and RocksDB never does.
    /// It has to be noticed at the next open, as damage is.
    Torn,
}

/// A fault. Nodes and tasks are numbers; those that there are not are taken modulo their count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fault {
    /// The node's process dies at once, and another begins `down_ms` later on what its disk is then.
    Kill { node: usize, down_ms: i64, disk: Disk },
    /// The node's process dies after so many further commits, right after the last of them and before it learns of it.
    KillAfterCommits { node: usize, commits: u32, down_ms: i64 },
    /// The node's process ends in order and begins again, with the other set of definitions when `upgrade`.
    Restart { node: usize, down_ms: i64, upgrade: bool },
    /// The node's process stands still and then goes on as if nothing had been.
    Pause { node: usize, ms: i64 },
    /// Nothing gets through between the node and the broker.
    Partition { node: usize, ms: i64 },
    /// So many of a hundred requests and answers are lost, and their connections with them.
    Loss { percent: u8, ms: i64 },
    /// Requests and answers take up to so long.
    Slow { up_to_ms: i64, ms: i64 },
    /// The next answer of this kind to the node goes astray.
    LoseAnswer { node: usize, answer: Answer },
    /// The next `EndTxn` of the node reaches the broker so much later, when its client has long given it up.
    DelayEndTxn { node: usize, ms: i64 },
    /// The broker dies; another begins `down_ms` later on what it had acknowledged.
    Broker { down_ms: i64 },
    /// After the broker's next start, requests are told for a while that its coordinators are not ready.
    Coordinators { ms: i64 },
    /// The store's next write of the task fails.
    StoreWriteFails { node: usize, task: usize },
    /// Membership tells the node that the task is its own, whatever it told others.
    Propose { node: usize, task: usize },
    /// Membership tells the node that the task is not its own.
    Withdraw { node: usize, task: usize },
    /// The registry does not answer.
    Registry { ms: i64 },
    /// The node's clock leaps; back when negative.
    Clock { node: usize, by_ms: i64 },
    /// The broker deletes or compacts what its topics need not keep.
    Clean,
    /// Bytes that are no record of anybody's arrive on an input topic.
    Poison { topic: usize, bytes: Vec<u8> },
    /// An output topic refuses every record.
    Refuse { topic: usize, ms: i64 },
    /// A service is down: it forgets what it was asked and had not done, and its answers that were not written are not
    /// written before it is asked again.
    Service { service: usize, down_ms: i64 },
    /// An input topic is deleted and created anew, empty. Nobody does this to a topic that is in use; a task that notices
    /// parks. Only in worlds with a name, never drawn.
    Recreate { topic: usize },
    /// All records of an input topic are deleted, read or not. As [`Fault::Recreate`].
    Truncate { topic: usize },
}

impl Fault {
    /// The kind, for coverage and for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kill { disk, .. } => match disk {
                Disk::Kept => "kill a node",
                Disk::LostSuffix(_) => "kill a node, its last writes are lost",
                Disk::Lost => "kill a node, its disk is empty",
                Disk::Stale(_) => "kill a node, its disk is an old copy",
                Disk::Foreign => "kill a node, its disk is another application's",
                Disk::Damaged => "kill a node, its disk is damaged",
                Disk::Torn => "kill a node, its last write is torn",
            },
            Self::KillAfterCommits { .. } => "kill a node right after a commit",
            Self::Restart { upgrade: false, .. } => "restart a node",
            Self::Restart { upgrade: true, .. } => "upgrade a node",
            Self::Pause { .. } => "pause a node",
            Self::Partition { .. } => "cut a node off",
            Self::Loss { .. } => "lose messages of the network",
            Self::Slow { .. } => "slow network",
            Self::LoseAnswer { answer, .. } => match answer {
                Answer::Init => "lose the answer to InitProducerId",
                Answer::AddPartitions => "lose the answer to AddPartitionsToTxn",
                Answer::Produce => "lose the answer to Produce",
                Answer::EndTxn => "lose the answer to EndTxn",
                Answer::Fetch => "lose the answer to Fetch",
                Answer::ListOffsets => "lose the answer to ListOffsets",
            },
            Self::DelayEndTxn { .. } => "delay an EndTxn",
            Self::Broker { .. } => "kill the broker",
            Self::Coordinators { .. } => "coordinators are loading",
            Self::StoreWriteFails { .. } => "a store's write fails",
            Self::Propose { .. } => "membership proposes a task",
            Self::Withdraw { .. } => "membership withdraws a task",
            Self::Registry { .. } => "the registry is down",
            Self::Clock { .. } => "a clock leaps",
            Self::Clean => "the broker cleans its logs",
            Self::Poison { .. } => "poison on an input",
            Self::Refuse { .. } => "an output topic refuses",
            Self::Service { .. } => "a service is down",
            Self::Recreate { .. } => "an input topic is created anew",
            Self::Truncate { .. } => "an input topic is truncated",
        }
    }
}
