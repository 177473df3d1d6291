//! What the codes of librdkafka mean to us.

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode as Code};

use crate::Error;

/// An error of a call that touches no transaction. `what` says what was asked.
pub(super) fn environment(error: &KafkaError, what: &str) -> Error {
    let retriable = match error {
        KafkaError::Transaction(inner) if inner.is_retriable() => true,
        _ => error.rdkafka_error_code().is_some_and(is_transient),
    };
    let what = format!("{what}: {error}");
    if retriable {
        Error::Unavailable { what }
    } else {
        Error::Refused { what }
    }
}

/// Whether the code says that a topic or partition does not exist.
pub(super) fn is_missing(code: Code) -> bool {
    matches!(
        code,
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition
    )
}

/// Whether the code says that an offset is not there.
pub(super) fn is_out_of_range(code: Code) -> bool {
    matches!(code, Code::OffsetOutOfRange | Code::AutoOffsetReset)
}

/// Whether the code blames the topic or the record, so that the same batch without it may succeed.
pub(super) fn is_refusal(code: Code) -> bool {
    is_missing(code)
        || matches!(
            code,
            Code::TopicAuthorizationFailed
                | Code::MessageSizeTooLarge
                | Code::MessageBatchTooLarge
                | Code::InvalidMessageSize
                | Code::InvalidTopic
                | Code::InvalidRecord
                | Code::InvalidTimestamp
                | Code::PolicyViolation
        )
}

/// Whether the code says that another instance has the transactional id, or that the broker ended its transaction.
pub(super) fn is_fenced(code: Code) -> bool {
    matches!(code, Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch)
}

/// Whether the record was thrown away locally because of an error elsewhere in its transaction.
pub(super) fn is_purged(code: Code) -> bool {
    matches!(code, Code::PurgeQueue | Code::PurgeInflight)
}

/// Whether the same call may succeed later.
pub(super) fn is_transient(code: Code) -> bool {
    matches!(
        code,
        Code::AllBrokersDown
            | Code::BrokerNotAvailable
            | Code::BrokerTransportFailure
            | Code::ConcurrentTransactions
            | Code::CoordinatorLoadInProgress
            | Code::CoordinatorNotAvailable
            | Code::KafkaStorageError
            | Code::LeaderNotAvailable
            | Code::MessageTimedOut
            | Code::NetworkException
            | Code::NotCoordinator
            | Code::NotLeaderForPartition
            | Code::OffsetNotAvailable
            | Code::OperationTimedOut
            | Code::ReplicaNotAvailable
            | Code::RequestTimedOut
            | Code::Resolve
            | Code::TimedOutQueue
            | Code::UnknownLeaderEpoch
            | Code::FencedLeaderEpoch
            | Code::WaitingForCoordinator
    )
}
