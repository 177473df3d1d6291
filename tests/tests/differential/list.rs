//! The list of differences.

use crate::{
    differences::{
        Difference,
        Reach::{ByTiming, Found, NotReached},
    },
    recognised as by,
};

macro_rules! differences {
    ($($name:literal: $kafka:literal => $embedded:literal, $why:literal, $reach:expr, $parts:literal;)*) => {
        /// All of them.
        pub(crate) const DIFFERENCES: &[Difference] = &[$(
            Difference { name: $name, kafka: $kafka, embedded: $embedded, why: $why, reach: $reach, parts: $parts },
        )*];
    };
}

differences! {
    "log start of a refused batch": "tells where the log starts" => "says -1", "no client looks at it", Found(by::log_start), false;
    "records at fault": "names each record of a batch whose time is refused" => "names none", "the batch is refused as a whole; clients show the error", Found(by::faults), false;
    "no list of aborted transactions": "an empty list with an error of a partition" => "none", "clients read both alike", Found(by::no_aborted_list), false;
    "requests that are not taken": "share groups, quotas, tokens, access lists, the quorum, reassignments, later versions (OffsetCommit and OffsetFetch 10, ListOffsets 11)" => "are not offered by ApiVersions", "one node without access control needs none of it; clients choose versions by ApiVersions", Found(by::offered), false;
    "internal topics": "`__consumer_offsets` and `__transaction_state` are topics" => "there are none", "positions and transactions are kept as changes of the broker's own", Found(by::internal_topic), false;
    "records are not parsed": "parses each record that is written" => "checks the count against header and size; parses records of compacted topics only", "what a producer wrote is handed on as it is, and the hot path stays short", Found(by::unparsed), true;
    "which of two errors is told": "looks for a transactional id, at the times of ListOffsets, and at the values of settings, before the partition or the topic" => "looks for the partition or the topic first", "both are refusals of a request that is wrong twice", Found(by::order_of_errors), false;
    "whether an error is abortable": "a transactional batch, and offsets, that no transaction covers are refused by TRANSACTION_ABORTABLE or INVALID_TXN_STATE, by the version of whichever client asked together with this one" => "by the version of the client itself", "Kafka verifies requests of several clients at once", ByTiming(by::abortable), false;
    "operations on settings": "UNKNOWN_SERVER_ERROR for a number that names none" => "INVALID_REQUEST", "it is the client's fault", Found(by::unknown_operation), false;
    "offsets of an earlier epoch": "takes them from a member of the new protocol that has had the partition since (KIP-1251)" => "STALE_MEMBER_EPOCH", "clients commit again in their new epoch", ByTiming(by::earlier_epoch), true;
    "topics that come by being asked for": "the answer says LEADER_NOT_AVAILABLE first" => "the same Metadata answer has the topic", "there is no controller to wait for; the test switches this off on both", NotReached, false;
    "partitions": "no limit" => "50,000 at most, of all topics together", "memory is bounded", NotReached, false;
    "large frames": "100 MiB for every request" => "4 MiB for all but Produce", "memory is bounded", NotReached, false;
    "acks=0": "closes the connection after an error" => "goes on", "the client asked for no answer", Found(by::unheard_error), false;
    "producers after a restart": "from snapshots and batches" => "from batches only", "a producer whose batches are gone begins anew", NotReached, false;
    "delete horizons": "kept in the log" => "begin anew after a restart", "tombstones only live longer", NotReached, false;
    "compression.type": "recompresses" => "takes batches as they are, as with `producer`", "what is read is the same", NotReached, false;
    "regular expressions of KIP-848": "those of RE2/J; topics are looked for in the background, every ten seconds at most" => "those of Rust's `regex`, of at most 1,000 characters, looked at with each heartbeat", "both are of the family of RE2; memory is bounded", NotReached, false;
    "members after a restart": "are kept" => "join again", "they are volatile; clients join again by themselves", NotReached, false;
    "calls given up": "drops a JoinGroup or SyncGroup that a later one of the same member replaced" => "answers it with REBALANCE_IN_PROGRESS", "nothing waits for ever", NotReached, false;
    "CONCURRENT_TRANSACTIONS on Produce": "tries again by itself for some time (version 12 and later)" => "tells the client", "clients try again; the test waits in both cases", NotReached, false;
    "EndTxn of a zombie": "takes EndTxn 5 of an instance for a repeated one when its successor uses the older protocol, and tells it the successor's epoch, or INVALID_TXN_STATE" => "refuses it", "a zombie must not be handed its successor's epoch", Found(by::zombie_end), true;
    "limits": "none, or in settings" => "200,000 transactional ids, 10,000 groups, 1,000 members and 64 protocols a group, 100 groups a transaction", "memory is bounded", NotReached, false;
}
