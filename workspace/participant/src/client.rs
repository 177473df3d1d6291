//! The settings of the Kafka clients that differ from librdkafka's.

use rdkafka::ClientConfig;

use crate::KafkaSettings;

/// What consumer and producer have in common.
fn common(kafka: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &kafka.bootstrap_servers)
        .set("socket.keepalive.enable", "true")
        .set("socket.nagle.disable", "true")
        .set("reconnect.backoff.max.ms", "1000");
    config
}

/// A plain group that reads what is committed, from the first record on. The service is a static member: after a
/// `kill -9` it goes on at once, without waiting for the session of the dead one to end.
pub(crate) fn consumer(kafka: &KafkaSettings, group: &str) -> ClientConfig {
    let mut config = common(kafka);
    config
        .set("group.id", group)
        .set("group.instance.id", group)
        .set("session.timeout.ms", "10000")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("topic.metadata.refresh.interval.ms", "5000")
        .set("queued.max.messages.kbytes", "16384")
        .set("fetch.wait.max.ms", "100")
        .set("check.crcs", "true");
    config
}

/// An idempotent producer that keeps order and waits for all replicas; keys go to the partitions that Java clients
/// choose.
pub(crate) fn producer(kafka: &KafkaSettings) -> ClientConfig {
    let mut config = common(kafka);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("linger.ms", "0")
        .set("message.timeout.ms", "30000");
    config
}
