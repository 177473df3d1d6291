//! The properties of each kind of client. Every value that differs from librdkafka's own has its reason here.

use std::time::Duration;

use rdkafka::{
    ClientConfig,
    config::RDKafkaLogLevel,
    producer::{Producer, ProducerContext},
};

use super::{
    role::Role,
    settings::{QUERY_TIMEOUT, REQUEST_TIMEOUT, RETRY_BACKOFF, SESSION_TIMEOUT, Settings, TRANSACTION_TIMEOUT},
};
use crate::{Application, Slot};

/// Bytes that a task's readers fetch ahead, in KiB: twelve tasks stay within 50 MB.
const FETCHED_AHEAD_KIB: &str = "4096";
/// Records that a reader fetches ahead: a few batches.
const FETCHED_AHEAD_RECORDS: &str = "20000";
/// Bytes that wait in a producer, in KiB: more than any batch of a task holds.
const PRODUCER_QUEUE_KIB: &str = "131072";
/// How long a transaction's record waits for company. The first ones of a partition wait as long anyway: librdkafka asks
/// for the partition to be added to the transaction after a millisecond. The later ones of a large transaction, which
/// is handed over for some ten milliseconds, would otherwise be sent a few at a time.
const TRANSACTION_LINGER_MS: &str = "1";
/// How long a missing topic may still appear in the metadata before its records are refused: long enough for a topic
/// that was created a moment ago, short enough to be within the transaction.
const TOPIC_PROPAGATION_MS: &str = "1000";

/// What all clients of a role share.
pub(super) fn base(settings: &Settings, client: &str, role: Role) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.bootstrap_servers)
        .set("client.id", client)
        // A record waits for no acknowledgement of an earlier packet.
        .set("socket.nagle.disable", "true")
        .set("socket.keepalive.enable", "true")
        .set("socket.timeout.ms", REQUEST_TIMEOUT.as_millis().to_string())
        .set("socket.connection.setup.timeout.ms", "5000")
        // A broker that comes back is noticed within a second.
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "1000")
        .set("topic.metadata.propagation.max.ms", TOPIC_PROPAGATION_MS)
        .set("allow.auto.create.topics", "false");
    for (key, value) in settings.properties.iter().filter(|(key, _)| role.takes(key)) {
        config.set(key, value);
    }
    config.set_log_level(RDKafkaLogLevel::Info);
    config
}

/// The transactional id of one of a task's slots.
pub(super) fn transactional_id(application: &Application, task: i32, slot: Slot) -> String {
    format!(
        "{}{}-{task}-{}",
        application.topic_prefix,
        application.name,
        slot.as_str()
    )
}

/// A producer of transactions.
pub(super) fn producer(settings: &Settings, application: &Application, task: i32, slot: Slot) -> ClientConfig {
    let client = format!("{}-{}-{task}-{}", application.name, application.member, slot.as_str());
    let mut config = ClientConfig::new();
    config
        .set("linger.ms", TRANSACTION_LINGER_MS)
        .set("queue.buffering.max.kbytes", PRODUCER_QUEUE_KIB);
    overlay(&mut config, base(settings, &client, Role::Producer));
    config
        .set("transactional.id", transactional_id(application, task, slot))
        .set("transaction.timeout.ms", TRANSACTION_TIMEOUT.as_millis().to_string())
        // What is known of it tells whether the end of a transaction may have been asked for twice.
        .set("retry.backoff.ms", RETRY_BACKOFF.as_millis().to_string())
        .set("acks", "all")
        // As Java clients do; librdkafka's own choice is CRC32.
        .set("partitioner", "murmur2");
    config
}

/// Connects to the leader of a partition before a transactional id is initialised. librdkafka asks for the coordinator at
/// once, and again half a second later if no broker that it has learned of was connected by then; the leader is, when it
/// has answered. Who leads is asked for first: the question for offsets would ask for it as well, but while no broker is
/// connected it gives up, and looks again half a second later. Only time is lost when nobody answers, so a failure is
/// left for the initialising to tell.
pub(super) fn connect_to_leader<C: ProducerContext>(producer: &impl Producer<C>, topic: &str, partition: i32) {
    let client = producer.client();
    if client.fetch_metadata(Some(topic), QUERY_TIMEOUT).is_ok() {
        let _answer = client.fetch_watermarks(topic, partition, QUERY_TIMEOUT);
    }
}

/// A producer without transactions.
pub(super) fn writer(settings: &Settings) -> ClientConfig {
    let mut config = base(settings, "palinode-writer", Role::Producer);
    config
        .set("linger.ms", "0")
        .set("acks", "all")
        .set("enable.idempotence", "true")
        // As Java clients do; librdkafka's own choice is CRC32.
        .set("partitioner", "murmur2");
    config
}

/// A consumer that reads by manual assignment. Its group is never joined and nothing is committed to it.
pub(super) fn reader(settings: &Settings, application: &Application, task: i32, purpose: &str) -> ClientConfig {
    let client = format!("{}-{}-{task}-{purpose}", application.name, application.member);
    let mut config = ClientConfig::new();
    config
        .set("queued.max.messages.kbytes", FETCHED_AHEAD_KIB)
        .set("queued.min.messages", FETCHED_AHEAD_RECORDS)
        // A full queue is looked at again soon: the default of a second would leave the task idle.
        .set("fetch.queue.backoff.ms", "5")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.min.bytes", "1")
        .set("fetch.wait.max.ms", "500")
        .set("check.crcs", "true");
    overlay(&mut config, base(settings, &client, Role::Consumer));
    manual(
        &mut config,
        &format!("{}{}.readers", application.topic_prefix, application.name),
    );
    config.set("isolation.level", "read_committed");
    config
}

/// A consumer that reads topics to their end and tells when it is there.
pub(super) fn scanner(settings: &Settings) -> ClientConfig {
    let mut config = base(settings, "palinode-scan", Role::Consumer);
    manual(&mut config, "palinode-scan");
    config
        .set("isolation.level", "read_committed")
        // The end is told when a fetch comes back empty: the broker shall not hold it back.
        .set("fetch.wait.max.ms", "10")
        .set("enable.partition.eof", "true");
    config
}

/// A client that only asks for metadata and offsets. Nobody polls it regularly, so it logs nothing.
pub(super) fn queries(settings: &Settings, application: &Application, isolation: &str) -> ClientConfig {
    let mut config = base(
        settings,
        &format!("{}-{}-queries", application.name, application.member),
        Role::Consumer,
    );
    config
        .set("isolation.level", isolation)
        .set_log_level(RDKafkaLogLevel::Emerg);
    config
}

/// A client that asks whether the brokers answer. Its log lines are those of every other client.
pub(super) fn watcher(settings: &Settings, name: &str) -> ClientConfig {
    let mut config = base(settings, &format!("{name}-watch"), Role::Consumer);
    config.set_log_level(RDKafkaLogLevel::Emerg);
    config
}

/// Writes heartbeats. One that is not written `within` this time is dropped.
pub(super) fn heartbeat_writer(settings: &Settings, application: &Application, within: Duration) -> ClientConfig {
    let client = format!("{}-{}-heartbeats", application.name, application.member);
    let mut config = base(settings, &client, Role::Producer);
    config
        .set("linger.ms", "0")
        .set("message.timeout.ms", within.as_millis().to_string())
        // The next heartbeat says more than one that a replica has lost; twice the same does no harm, and librdkafka
        // begins idempotence half a second late.
        .set("acks", "1")
        .set("enable.idempotence", "false")
        .set("max.in.flight.requests.per.connection", "1");
    config
}

/// Reads heartbeats from the present end of their topic on.
pub(super) fn heartbeat_reader(settings: &Settings, application: &Application) -> ClientConfig {
    let client = format!("{}-{}-heartbeats", application.name, application.member);
    let mut config = base(settings, &client, Role::Consumer);
    let group = format!("{}{}.heartbeats", application.topic_prefix, application.name);
    manual(&mut config, &group);
    config
        // Where less is left than is asked for, or the topic was made again: all of it. Heartbeats are kept for an hour only.
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_uncommitted")
        .set("queued.max.messages.kbytes", "1024")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.min.bytes", "1");
    config
}

/// The static member of the group that proposes assignments. With the group protocol of KIP-848, which the property
/// `group.protocol=consumer` chooses, the broker decides on the session and the assignment.
pub(super) fn member(settings: &Settings, application: &Application) -> ClientConfig {
    let client = format!("{}-{}-membership", application.name, application.member);
    let mut config = ClientConfig::new();
    if settings.properties.get("group.protocol").map(String::as_str) != Some("consumer") {
        config
            .set("session.timeout.ms", SESSION_TIMEOUT.as_millis().to_string())
            .set("heartbeat.interval.ms", "1000")
            .set("partition.assignment.strategy", "cooperative-sticky");
    }
    overlay(&mut config, base(settings, &client, Role::Consumer));
    manual(
        &mut config,
        &format!("{}{}", application.topic_prefix, application.name),
    );
    config.set("group.instance.id", application.member.as_ref());
    config
}

fn manual(config: &mut ClientConfig, group: &str) {
    config
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error");
}

/// Puts `over` on top of `config`, so that the settings win over what stands in `config`.
fn overlay(config: &mut ClientConfig, over: ClientConfig) {
    for (key, value) in over.config_map() {
        config.set(key, value);
    }
    config.set_log_level(over.log_level);
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::BaseConsumer;

    use super::*;

    fn member_with(properties: &[(&str, &str)]) -> ClientConfig {
        let mut settings = Settings::new("localhost:9092");
        let pairs = properties.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        settings.properties.extend(pairs);
        settings.validate().unwrap();
        let application = Application {
            name: "shop".into(),
            topic_prefix: "".into(),
            partitions: 12,
            member: "one".into(),
        };
        member(&settings, &application)
    }

    #[test]
    fn a_member_is_a_static_one_of_a_cooperative_group() {
        let config = member_with(&[]);
        assert_eq!(config.get("partition.assignment.strategy"), Some("cooperative-sticky"));
        assert_eq!(config.get("group.instance.id"), Some("one"));
        config.create::<BaseConsumer>().unwrap();
    }

    #[test]
    fn the_newer_group_protocol_can_be_chosen_and_a_longer_session() {
        let config = member_with(&[("group.protocol", "consumer")]);
        assert_eq!(config.get("session.timeout.ms"), None);
        assert_eq!(config.get("group.instance.id"), Some("one"));
        config.create::<BaseConsumer>().unwrap();
        let config = member_with(&[("session.timeout.ms", "30000")]);
        assert_eq!(config.get("session.timeout.ms"), Some("30000"));
    }
}
