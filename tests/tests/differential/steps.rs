//! What a client can do in a step. Steps name what they mean (the epoch before the own, the end of the log); what that is
//! follows from what the broker answered before.

use kafka_protocol::records::Compression;

/// A step of a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A topic is created.
    CreateTopic(NewTopic),
    /// A topic that is not there is deleted.
    DeleteMissingTopic,
    /// A topic is asked for.
    Metadata(Asked),
    /// Which requests are taken.
    ApiVersions,
    /// A coordinator is looked for: 0 of a group, 1 of transactions, others of nothing.
    FindCoordinator { kind: i8 },
    /// A producer asks for its id.
    Init {
        who: usize,
        holding: Holding,
        timeout_ms: i32,
        version: i16,
    },
    /// Records are written.
    Produce(Produce),
    /// Partitions come under a transaction.
    AddPartitions {
        who: usize,
        epoch: i16,
        partitions: Vec<i32>,
        version: i16,
    },
    /// A group's offsets come under a transaction.
    AddOffsets { who: usize, epoch: i16, version: i16 },
    /// Offsets are committed within a transaction.
    TxnOffsetCommit {
        who: usize,
        epoch: i16,
        by: Member,
        offset: i64,
        version: i16,
    },
    /// A transaction ends.
    EndTxn {
        who: usize,
        epoch: i16,
        commit: bool,
        version: i16,
    },
    /// Transactions are described.
    DescribeTransactions { known: bool },
    /// Transactions of the sequence's producers are listed.
    ListTransactions,
    /// A partition's producers are described.
    DescribeProducers { partition: i32 },
    /// Records are read.
    Fetch {
        partition: i32,
        from: From,
        committed: bool,
        version: i16,
    },
    /// An offset is looked up by time; negative times have meanings.
    ListOffsets {
        partition: i32,
        time: i64,
        committed: bool,
        version: i16,
    },
    /// Records are deleted.
    DeleteRecords { partition: i32, to: From },
    /// A member joins, or joins again, and everybody else with it.
    Join { slot: usize, anew: bool },
    /// All members ask for their assignment, the leader last.
    SyncAll,
    /// A member asks for its assignment, and something is wrong.
    SyncWrong { slot: usize, wrong: Wrong },
    /// A member says that it lives.
    Heartbeat(Member),
    /// A member goes.
    Leave(Member),
    /// Offsets are committed by a member.
    OffsetCommit {
        by: Member,
        partition: i32,
        offset: i64,
        long: bool,
        version: i16,
    },
    /// Committed offsets are read.
    OffsetFetch { stable: bool, all: bool, version: i16 },
    /// Committed offsets are deleted.
    OffsetDelete,
    /// The group is described.
    DescribeGroup { version: i16 },
    /// The group is deleted.
    DeleteGroup,
    /// Settings are described.
    DescribeConfigs { of: Resource, keys: Keys, version: i16 },
    /// A setting is altered.
    Alter {
        of: Resource,
        what: Alteration,
        only_checked: bool,
    },
    /// All settings are replaced by one.
    Replace {
        of: Resource,
        what: Alteration,
        only_checked: bool,
    },
    /// The topic gets more partitions.
    Grow { count: i32, only_checked: bool },
    /// Another topic comes.
    CreateOther,
    /// That other topic goes.
    DeleteOther,
    /// The sequence's own topic goes.
    DeleteOwn,
    /// A member of the new protocol joins.
    ConsumerJoin { slot: usize, subscription: Subscription },
    /// It says that it lives.
    ConsumerBeat { slot: usize, untrue: Untrue },
    /// It goes.
    ConsumerLeave { slot: usize },
    /// It, or somebody, commits an offset.
    ConsumerCommit(Consumer),
    /// Its group is described.
    DescribeConsumers,
}

/// What a member of the new protocol reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subscription {
    Name,
    Missing,
    BadPattern,
    Nothing,
}

/// What is not true in a heartbeat of the new protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Untrue {
    Nothing,
    Epoch(i32),
    Id,
    Group,
}

/// Who commits in a group of the new protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Consumer {
    /// A member, with its epoch changed by so much.
    Member {
        slot: usize,
        epoch: i32,
    },
    Nobody,
}

/// What has settings.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resource {
    Own,
    Missing,
    BadName,
    OtherNode,
    AllNodes,
    Unknown,
}

/// Which settings are described.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keys {
    All,
    /// A list with nothing in it.
    None,
    Some,
}

/// How a setting is altered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Alteration {
    Retention,
    RetentionAgain,
    DefaultRetention,
    Policy,
    MorePolicy,
    LessPolicy,
    NoPolicy,
    BadValue,
    NullValue,
    UnknownSetting,
    NotAList,
    UnknownOperation,
    Twice,
}

/// Which topic is created.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NewTopic {
    Again,
    BadName,
    NoPartitions,
    TwoReplicas,
    UnknownConfig,
    BadConfig,
    OnlyChecked,
}

/// Which topic is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    Own,
    Missing,
    MissingId,
    BadName,
    Internal,
}

/// What a producer says that it holds when it asks for an id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holding {
    Nothing,
    Own,
    /// Its id with an epoch that differs by so much.
    Epoch(i16),
    /// An id that is not its own.
    OtherId,
    /// An epoch without an id.
    EpochOnly,
}

/// Records to be written.
#[derive(Clone, Debug)]
pub(crate) struct Produce {
    /// Which producer; [`NOBODY`] has no id.
    pub(crate) who: usize,
    pub(crate) partition: i32,
    pub(crate) count: usize,
    pub(crate) sequence: Sequence,
    /// What is added to the producer's epoch.
    pub(crate) epoch: i16,
    pub(crate) transactional: bool,
    pub(crate) form: Form,
    pub(crate) acks: i16,
    pub(crate) version: i16,
}

/// The two contenders for one transactional id are 0 and 1.
pub(crate) const IDEMPOTENT: usize = 2;
/// No producer at all.
pub(crate) const NOBODY: usize = 3;

/// The sequence number of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sequence {
    Next,
    /// The last batch once more.
    Repeated,
    /// Later by so much, or earlier.
    Off(i32),
}

/// What is wrong with a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Right,
    TooLarge,
    BadChecksum,
    Garbage,
    BadCount,
    Control,
    TwoBatches,
    CutShort,
    OldMagic,
    InTheFuture,
    /// It says that it is compressed, and is not.
    Mislabelled,
    /// Nothing is wrong: its records are compressed.
    Compressed(Compression),
}

/// Where something begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    At(i64),
    /// The end that the last answer told, and so much more.
    End(i64),
}

/// A member as it presents itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Which; [`NOT_A_MEMBER`] has no id and no generation.
    pub(crate) slot: usize,
    pub(crate) wrong: Wrong,
}

/// A client that never joined.
pub(crate) const NOT_A_MEMBER: usize = 9;

/// What is wrong with a member's words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wrong {
    Nothing,
    Id,
    Generation(i32),
    /// The id that its instance had before.
    FormerId,
    Protocol,
    Instance,
}
