//! Which of the properties that a user sets concern a client. librdkafka ignores those of the other kind, and warns of each
//! in every client that it makes: dozens of lines at each start, for something that is no mistake.

/// What a client is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It reads.
    Consumer,
    /// It writes.
    Producer,
    /// It is never connected: only whether the properties are right is looked at.
    Trial,
}

/// How the names of the properties begin that only a consumer knows (`_RK_CONSUMER` and `_RK_CGRP` in librdkafka's
/// `rdkafka_conf.c`).
const CONSUMER: &[&str] = &[
    "auto.commit.",
    "auto.offset.",
    "check.crcs",
    "consume.callback.",
    "coordinator.query.",
    "enable.auto.",
    "enable.partition.eof",
    "fetch.",
    "group.",
    "heartbeat.interval.",
    "isolation.level",
    "max.partition.fetch.",
    "max.poll.",
    "offset.store.",
    "partition.assignment.",
    "queued.",
    "session.timeout.",
];

/// The same of those that only a producer knows (`_RK_PRODUCER`).
const PRODUCER: &[&str] = &[
    "acks",
    "batch.",
    "compression.",
    "delivery.",
    "enable.gapless.",
    "enable.idempotence",
    "linger.",
    "message.send.",
    "message.timeout.",
    "msg_order_cmp",
    "partitioner",
    "produce.offset.",
    "queue.buffering.",
    "queuing.strategy",
    "request.required.",
    "request.timeout.",
    "retries",
    "sticky.",
    "transaction",
];

impl Role {
    /// Whether a property concerns a client with this role.
    pub(super) fn takes(self, property: &str) -> bool {
        let is_of = |names: &[&str]| names.iter().any(|name| property.starts_with(name));
        match self {
            Self::Consumer => !is_of(PRODUCER),
            Self::Producer => !is_of(CONSUMER),
            Self::Trial => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_consumers_know_is_kept_from_producers_and_the_other_way_round() {
        for property in ["group.protocol", "session.timeout.ms", "fetch.wait.max.ms"] {
            assert!(
                Role::Consumer.takes(property) && !Role::Producer.takes(property),
                "{property}"
            );
        }
        for property in ["linger.ms", "compression.type", "retries"] {
            assert!(
                Role::Producer.takes(property) && !Role::Consumer.takes(property),
                "{property}"
            );
        }
        for property in ["sasl.mechanism", "retry.backoff.ms", "reconnect.backoff.ms"] {
            assert!(
                Role::Producer.takes(property) && Role::Consumer.takes(property),
                "{property}"
            );
        }
        assert!(Role::Trial.takes("linger.ms") && Role::Trial.takes("group.protocol"));
    }
}
