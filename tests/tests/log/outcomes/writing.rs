//! The points of a transaction.

use std::time::Duration;

use kafka_protocol::ResponseError as E;
use palinode_tests::proxy::{
    Point::{self, Abort, AddPartitions, Commit, Produce, ProduceTo},
    What::{self, Close, CloseForAnswer, Cut, DelayAnswer, DelayRequest, LoseAnswer, LoseRequest, Refuse},
};

use super::{
    pool::{
        self,
        On::{self, Embedded, Real},
    },
    transaction::{
        Case,
        Ended::{self, Aborted, Committed, Fenced, Indefinite},
    },
};

const ONCE: usize = 1;
const ALWAYS: usize = usize::MAX;
/// A second try over a new connection.
const SOON: Duration = Duration::from_secs(5);
/// A request that hangs is given up after 5 s, and tried again.
const HANGS: Duration = Duration::from_secs(10);
/// A commit that is not decided by then counts as unknown.
const UNDECIDED: Duration = Duration::from_secs(17);

const SECOND: Duration = Duration::from_secs(1);
/// Longer than a request may hang.
const TOO_LATE: Duration = Duration::from_secs(7);

/// The broker itself ends a transaction after 5 s, so what hangs as long can end in any way but one that is not true.
const ANY: &[Ended] = &[Committed, Aborted, Fenced, Indefinite];

type Row = (On, Point, usize, What, &'static [Ended], Duration);

const ROWS: &[Row] = &[
    // The commit.
    (Real, Commit, ONCE, LoseAnswer, &[Committed], HANGS),
    (Real, Commit, ALWAYS, LoseAnswer, &[Indefinite], UNDECIDED),
    (Real, Commit, ONCE, LoseRequest, &[Committed, Indefinite], HANGS),
    (Embedded, Commit, ALWAYS, LoseRequest, &[Indefinite], UNDECIDED),
    (Real, Commit, ONCE, CloseForAnswer, &[Committed], SOON),
    (Embedded, Commit, ALWAYS, CloseForAnswer, &[Indefinite], UNDECIDED),
    (Embedded, Commit, ONCE, Close, &[Committed], SOON),
    (Real, Commit, ONCE, Cut, &[Committed], SOON),
    (Embedded, Commit, ONCE, DelayAnswer(SECOND), &[Committed], SOON),
    (Embedded, Commit, ONCE, DelayRequest(SECOND), &[Committed], SOON),
    (
        Real,
        Commit,
        ONCE,
        DelayRequest(TOO_LATE),
        &[Committed, Indefinite],
        HANGS,
    ),
    (Embedded, Commit, ONCE, DelayAnswer(TOO_LATE), &[Committed], HANGS),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::ConcurrentTransactions),
        &[Committed],
        SOON,
    ),
    (Embedded, Commit, ONCE, Refuse(E::NotCoordinator), &[Committed], SOON),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::CoordinatorNotAvailable),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::CoordinatorLoadInProgress),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::UnknownServerError),
        &[Indefinite],
        SOON,
    ),
    (Embedded, Commit, ONCE, Refuse(E::InvalidTxnState), &[Indefinite], SOON),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::InvalidProducerIdMapping),
        &[Indefinite],
        SOON,
    ),
    (
        Embedded,
        Commit,
        ONCE,
        Refuse(E::TransactionalIdAuthorizationFailed),
        &[Indefinite],
        SOON,
    ),
    (Embedded, Commit, ONCE, Refuse(E::ProducerFenced), &[Fenced], SOON),
    (Embedded, Commit, ONCE, Refuse(E::InvalidProducerEpoch), &[Fenced], SOON),
    // The abort, of a transaction one of whose records is refused.
    (Real, Abort, ONCE, LoseAnswer, &[Aborted, Indefinite], HANGS),
    (Embedded, Abort, ALWAYS, LoseAnswer, &[Indefinite], HANGS),
    (Embedded, Abort, ALWAYS, LoseRequest, &[Indefinite], HANGS),
    (Real, Abort, ONCE, CloseForAnswer, &[Aborted], SOON),
    (Embedded, Abort, ONCE, Close, &[Aborted], SOON),
    (Embedded, Abort, ONCE, DelayRequest(SECOND), &[Aborted], SOON),
    (Embedded, Abort, ONCE, DelayRequest(TOO_LATE), &[Indefinite], HANGS),
    (
        Embedded,
        Abort,
        ONCE,
        Refuse(E::ConcurrentTransactions),
        &[Aborted],
        SOON,
    ),
    (Embedded, Abort, ONCE, Refuse(E::NotCoordinator), &[Aborted], SOON),
    (
        Embedded,
        Abort,
        ONCE,
        Refuse(E::UnknownServerError),
        &[Indefinite],
        SOON,
    ),
    (Embedded, Abort, ONCE, Refuse(E::InvalidTxnState), &[Indefinite], SOON),
    (Embedded, Abort, ONCE, Refuse(E::ProducerFenced), &[Fenced], SOON),
    // Partitions come under the transaction.
    (Embedded, AddPartitions, ONCE, LoseRequest, ANY, UNDECIDED),
    (Real, AddPartitions, ONCE, LoseAnswer, ANY, UNDECIDED),
    (
        Embedded,
        AddPartitions,
        ALWAYS,
        LoseRequest,
        &[Aborted, Indefinite],
        UNDECIDED,
    ),
    (Real, AddPartitions, ONCE, CloseForAnswer, &[Committed], SOON),
    (Embedded, AddPartitions, ONCE, Close, &[Committed], SOON),
    (Embedded, AddPartitions, ONCE, DelayRequest(SECOND), &[Committed], SOON),
    (Real, AddPartitions, ONCE, DelayRequest(TOO_LATE), ANY, UNDECIDED),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::ConcurrentTransactions),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::NotCoordinator),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::UnknownTopicOrPartition),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::UnknownServerError),
        &[Aborted, Indefinite],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::InvalidProducerIdMapping),
        &[Aborted, Indefinite],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::InvalidTxnState),
        &[Indefinite],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::TransactionalIdAuthorizationFailed),
        &[Indefinite],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::ProducerFenced),
        &[Fenced],
        SOON,
    ),
    (
        Embedded,
        AddPartitions,
        ONCE,
        Refuse(E::InvalidProducerEpoch),
        &[Fenced],
        SOON,
    ),
    // Records are written.
    (Real, Produce, ONCE, Cut, &[Committed], SOON),
    (Embedded, Produce, ONCE, Cut, &[Committed], SOON),
    (Real, ProduceTo("out"), ONCE, CloseForAnswer, &[Committed], SOON),
    (Embedded, Produce, ONCE, Close, &[Committed], SOON),
    (Embedded, Produce, ONCE, DelayRequest(SECOND), &[Committed], SOON),
    (Embedded, Produce, ONCE, DelayAnswer(SECOND), &[Committed], SOON),
    (Embedded, Produce, ONCE, LoseRequest, ANY, UNDECIDED),
    (Real, ProduceTo("out"), ONCE, LoseAnswer, ANY, UNDECIDED),
    (Real, ProduceTo("out"), ONCE, DelayRequest(TOO_LATE), ANY, UNDECIDED),
    (Embedded, ProduceTo("out"), ONCE, DelayRequest(TOO_LATE), ANY, UNDECIDED),
    (
        Embedded,
        Produce,
        ALWAYS,
        LoseRequest,
        &[Aborted, Indefinite],
        UNDECIDED,
    ),
    (Embedded, Produce, ALWAYS, LoseAnswer, &[Aborted, Indefinite], UNDECIDED),
    (
        Embedded,
        Produce,
        ONCE,
        Refuse(E::NotLeaderOrFollower),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        Produce,
        ONCE,
        Refuse(E::NotEnoughReplicas),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        Produce,
        ONCE,
        Refuse(E::KafkaStorageError),
        &[Committed],
        SOON,
    ),
    (
        Embedded,
        Produce,
        ONCE,
        Refuse(E::UnknownServerError),
        &[Committed, Aborted],
        SOON,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::TopicAuthorizationFailed),
        &[Aborted],
        SOON,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::MessageTooLarge),
        &[Aborted],
        SOON,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::OutOfOrderSequenceNumber),
        ANY,
        UNDECIDED,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::UnknownProducerId),
        ANY,
        UNDECIDED,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::InvalidTxnState),
        ANY,
        UNDECIDED,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::InvalidProducerEpoch),
        &[Aborted, Fenced, Indefinite],
        SOON,
    ),
    (
        Embedded,
        ProduceTo("out"),
        ONCE,
        Refuse(E::ProducerFenced),
        &[Aborted, Fenced, Indefinite],
        SOON,
    ),
];

#[test]
fn whatever_fails_in_a_transaction_what_is_said_of_it_is_true() {
    let mut cases = Vec::new();
    for (on, at, times, what, ends, within) in ROWS.iter().copied() {
        for on in on.wanted() {
            let case = Case {
                on,
                at,
                times,
                what,
                ends,
                within,
            };
            cases.push((case.name(), case));
        }
    }
    pool::play(&cases, Case::play);
}
