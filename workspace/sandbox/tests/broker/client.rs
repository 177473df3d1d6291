//! librdkafka against an embedded broker.

use std::time::{Duration, Instant};

use palinode_sandbox::broker::{Server, Settings};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::Message,
    producer::{BaseProducer, BaseRecord, Producer},
    topic_partition_list::{Offset, TopicPartitionList},
};

/// How long anything may take before a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) fn server() -> Server {
    Server::start(Settings::default()).unwrap()
}

pub(crate) fn config(server: &Server, settings: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", server.bootstrap());
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config
}

pub(crate) fn admin(server: &Server) -> AdminClient<DefaultClientContext> {
    config(server, &[]).create().unwrap()
}

pub(crate) fn create_topic(server: &Server, name: &str, partitions: i32) {
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    let created = wait(admin(server).create_topics(&[topic], &AdminOptions::new())).unwrap();
    assert_eq!(created, [Ok(name.to_owned())]);
}

/// Runs a future of the admin client to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::time::timeout(DEADLINE, future).await.unwrap() })
}

pub(crate) fn transactional(server: &Server, id: &str) -> BaseProducer {
    config(server, &[("transactional.id", id)]).create().unwrap()
}

pub(crate) fn send(producer: &BaseProducer, topic: &str, partition: i32, value: &str) {
    let record = BaseRecord::<str, str>::to(topic).partition(partition).payload(value);
    producer.send(record).map_err(|(error, _)| error).unwrap();
}

/// A reader of one partition from its beginning.
pub(crate) fn reader(server: &Server, topic: &str, isolation: &str) -> BaseConsumer {
    let settings = [
        ("group.id", "none"),
        ("isolation.level", isolation),
        ("enable.auto.commit", "false"),
        ("enable.partition.eof", "true"),
    ];
    let consumer: BaseConsumer = config(server, &settings).create().unwrap();
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    consumer.assign(&from).unwrap();
    consumer
}

/// What a reader finds up to the end of its partition.
pub(crate) fn read_to_end(consumer: &BaseConsumer) -> Vec<String> {
    let end = Instant::now() + DEADLINE;
    let mut values = Vec::new();
    loop {
        assert!(
            Instant::now() < end,
            "the end of the partition was not reached: {values:?}"
        );
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => values.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap()),
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => return values,
            Some(Err(error)) => panic!("{error}"),
            None => {}
        }
    }
}

pub(crate) fn flush(producer: &BaseProducer) {
    producer.flush(DEADLINE).unwrap();
}
