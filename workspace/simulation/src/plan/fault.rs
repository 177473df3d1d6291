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
    /// It reflects more than the journal holds. Only in worlds with a name, never drawn.
    Ahead,
    /// It reflects another journal. Only in worlds with a name, never drawn.
    OtherJournal,
}

/// A fault. Nodes and tasks are numbers; those that there are not are taken modulo their count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fault {
    /// The node's process dies at once, and another begins `down_ms` later on what its disk is then.
    Kill {
        /// Which node.
        node: usize,
        /// How long until another process begins.
        down_ms: i64,
        /// What becomes of its disk meanwhile.
        disk: Disk,
    },
    /// The node's process dies after so many further commits, right after the last of them and before it learns of it.
    KillAfterCommits {
        /// Which node.
        node: usize,
        /// After so many further commits.
        commits: u32,
        /// How long until another process begins.
        down_ms: i64,
    },
    /// The node's process ends in order and begins again, with the other set of definitions when `upgrade`.
    Restart {
        /// Which node.
        node: usize,
        /// How long until another process begins.
        down_ms: i64,
        /// Whether it then has the other set of definitions.
        upgrade: bool,
    },
    /// The node's process stands still and then goes on as if nothing had been.
    Pause {
        /// Which node.
        node: usize,
        /// For how long.
        ms: i64,
    },
    /// Nothing gets through between the node and the broker.
    Partition {
        /// Which node.
        node: usize,
        /// For how long.
        ms: i64,
    },
    /// So many of a hundred requests and answers are lost, and their connections with them.
    Loss {
        /// So many of a hundred.
        percent: u8,
        /// For how long.
        ms: i64,
    },
    /// Requests and answers take up to so long.
    Slow {
        /// How long each takes at the most.
        up_to_ms: i64,
        /// For how long.
        ms: i64,
    },
    /// The next answer of this kind to the node goes astray.
    LoseAnswer {
        /// Which node.
        node: usize,
        /// To which request.
        answer: Answer,
    },
    /// The next `EndTxn` of the node reaches the broker so much later, when its client has long given it up.
    DelayEndTxn {
        /// Which node.
        node: usize,
        /// By how much.
        ms: i64,
    },
    /// The broker dies; another begins `down_ms` later on what it had acknowledged.
    Broker {
        /// How long until another one begins.
        down_ms: i64,
    },
    /// After the broker's next start, requests are told for a while that its coordinators are not ready.
    Coordinators {
        /// For how long.
        ms: i64,
    },
    /// The store's next write of the task fails.
    StoreWriteFails {
        /// Which node.
        node: usize,
        /// Which of its tasks.
        task: usize,
    },
    /// Membership tells the node that the task is its own, whatever it told others.
    Propose {
        /// Which node.
        node: usize,
        /// Which task.
        task: usize,
    },
    /// Membership tells the node that the task is not its own.
    Withdraw {
        /// Which node.
        node: usize,
        /// Which task.
        task: usize,
    },
    /// The registry does not answer.
    Registry {
        /// For how long.
        ms: i64,
    },
    /// The node's clock leaps; back when negative.
    Clock {
        /// Which node.
        node: usize,
        /// By how much.
        by_ms: i64,
    },
    /// The broker deletes or compacts what its topics need not keep.
    Clean,
    /// Bytes that are no record of anybody's arrive on an input topic.
    Poison {
        /// Which of [`crate::setting::Setting::inputs`].
        topic: usize,
        /// The value. Its length says what key it has: none, no text, or that of an order.
        bytes: Vec<u8>,
    },
    /// An output topic refuses every record.
    Refuse {
        /// Which of [`crate::setting::Setting::outputs`].
        topic: usize,
        /// For how long.
        ms: i64,
    },
    /// A service is down: it forgets what it was asked and had not done, and its answers that were not written are not
    /// written before it is asked again.
    Service {
        /// Payments, the warehouse, or shipments.
        service: usize,
        /// For how long.
        down_ms: i64,
    },
    /// An input topic is deleted and created anew, empty. Nobody does this to a topic that is in use; a task that notices
    /// parks. Only in worlds with a name, never drawn.
    Recreate {
        /// Which of [`crate::setting::Setting::inputs`].
        topic: usize,
    },
    /// All records of an input topic are deleted, read or not. As [`Fault::Recreate`].
    Truncate {
        /// Which of [`crate::setting::Setting::inputs`].
        topic: usize,
    },
}

impl Fault {
    /// Every kind that a seed may draw, by name.
    pub const DRAWN: [&'static str; 32] = [
        "kill a node",
        "kill a node, its last writes are lost",
        "kill a node, its disk is empty",
        "kill a node, its disk is an old copy",
        "kill a node, its disk is another application's",
        "kill a node, its disk is damaged",
        "kill a node, its last write is torn",
        "kill a node right after a commit",
        "restart a node",
        "upgrade a node",
        "pause a node",
        "cut a node off",
        "lose messages of the network",
        "slow network",
        "lose the answer to InitProducerId",
        "lose the answer to AddPartitionsToTxn",
        "lose the answer to Produce",
        "lose the answer to EndTxn",
        "lose the answer to Fetch",
        "lose the answer to ListOffsets",
        "delay an EndTxn",
        "kill the broker",
        "coordinators are loading",
        "a store's write fails",
        "membership proposes a task",
        "membership withdraws a task",
        "the registry is down",
        "a clock leaps",
        "the broker cleans its logs",
        "poison on an input",
        "an output topic refuses",
        "a service is down",
    ];

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
                Disk::Ahead => "kill a node, its disk is ahead of the journal",
                Disk::OtherJournal => "kill a node, its disk reflects another journal",
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
