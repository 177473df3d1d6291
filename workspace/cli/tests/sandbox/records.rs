//! Records of a sandbox, as a service of the team's own reads and writes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    message::{BorrowedMessage, Header, Headers, OwnedHeaders, OwnedMessage},
    producer::{BaseProducer, BaseRecord, Producer},
};

use crate::ground::Sandbox;

const PARTITIONS: i32 = 3;
const TOPICS_OF_COMMANDS: [&str; 3] = ["payments.commands", "warehouse.commands", "shipments.commands"];
const WAIT: Duration = Duration::from_secs(10);

/// All committed records of a topic.
pub(crate) fn records(sandbox: &Sandbox, topic: &str) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer = client(sandbox)
        .set("group.id", "test-reader")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create()
        .unwrap();
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        list.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&list).unwrap();
    let (mut found, mut ended) = (Vec::new(), BTreeSet::new());
    while ended.len() < usize::try_from(PARTITIONS).unwrap() {
        match consumer.poll(WAIT).expect("the topic's end") {
            Ok(message) => found.push(message.detach()),
            Err(KafkaError::PartitionEOF(partition)) => drop(ended.insert(partition)),
            Err(error) => panic!("{error}"),
        }
    }
    found
}

/// The requests of each saga, by its key.
pub(crate) fn commands(sandbox: &Sandbox) -> BTreeMap<String, BTreeSet<String>> {
    let mut commands: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in TOPICS_OF_COMMANDS.iter().flat_map(|topic| records(sandbox, topic)) {
        let of_saga = commands.entry(key(&message)).or_default();
        of_saga.insert(header(&message, "idempotency-key").unwrap());
    }
    commands
}

/// A consumer in a group, as services are.
pub(crate) fn member(sandbox: &Sandbox, topic: &str) -> BaseConsumer {
    let consumer: BaseConsumer = client(sandbox)
        .set("group.id", "test-service")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()
        .unwrap();
    consumer.subscribe(&[topic]).unwrap();
    consumer
}

/// A client that writes.
pub(crate) fn producer(sandbox: &Sandbox) -> BaseProducer {
    client(sandbox)
        .set("enable.idempotence", "true")
        .set("partitioner", "murmur2")
        .create()
        .unwrap()
}

/// Writes a record once more, under another key if one is given, and without the header that marks test data.
pub(crate) fn write_again(producer: &BaseProducer, message: &OwnedMessage, key: Option<&str>) {
    let headers = message.headers().unwrap().iter();
    let kept = headers.filter(|header| header.key != "palinode-sandbox");
    let headers = kept.fold(OwnedHeaders::new(), |all, header| {
        let value = match (header.key, key) {
            ("ce_id" | "correlation-id", Some(key)) => Some(key.as_bytes()),
            _ => header.value,
        };
        all.insert(Header { key: header.key, value })
    });
    let key = key.map_or(message.key().unwrap(), str::as_bytes);
    let record = BaseRecord::to(message.topic())
        .key(key)
        .payload(message.payload().unwrap())
        .headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(WAIT).unwrap();
}

/// The text of a header.
pub(crate) fn header(message: &OwnedMessage, name: &str) -> Option<String> {
    let mut headers = message.headers()?.iter();
    let found = headers.find(|header| header.key == name)?;
    Some(String::from_utf8(found.value?.to_vec()).unwrap())
}

/// The key of a record.
pub(crate) fn key(message: &OwnedMessage) -> String {
    String::from_utf8(message.key().unwrap().to_vec()).unwrap()
}

/// The key and the place of a record that was just read.
pub(crate) fn place(message: &BorrowedMessage<'_>) -> (String, i32, i64) {
    let message = message.detach();
    (key(&message), message.partition(), message.offset())
}

fn client(sandbox: &Sandbox) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &sandbox.kafka);
    config
}

/// Answers a command as a service of the team's own does, with what a stub answered to another one.
pub(crate) fn answer(producer: &BaseProducer, command: &OwnedMessage, like: &OwnedMessage) {
    let id = format!("{}/real", header(command, "ce_id").unwrap());
    let headers = like.headers().unwrap().iter();
    let headers = headers
        .filter(|header| header.key != "palinode-sandbox")
        .fold(OwnedHeaders::new(), |all, found| {
            let value = match found.key {
                "ce_id" => Some(id.clone()),
                "correlation-id" | "idempotency-key" | "saga-id" => header(command, found.key),
                name => header(like, name),
            };
            all.insert(Header {
                key: found.key,
                value: value.as_ref(),
            })
        });
    let record = BaseRecord::to(like.topic())
        .key(command.key().unwrap())
        .payload(like.payload().unwrap())
        .headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(WAIT).unwrap();
}
