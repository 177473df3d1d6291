//! A broker's state, copied while it runs, is the state of another broker.

use std::{collections::BTreeSet, path::Path, time::Duration};

use palinode_sandbox::broker::{Server, Settings, Sync};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, CommitMode, Consumer},
    error::KafkaError,
    producer::{BaseProducer, BaseRecord, Producer},
};

const TOPIC: &str = "t";
const WAIT: Duration = Duration::from_secs(20);

fn client(server: &Server, settings: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", server.bootstrap());
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config
}

fn create_topic(server: &Server) {
    let admin: AdminClient<DefaultClientContext> = client(server, &[]).create().unwrap();
    let topic = NewTopic::new(TOPIC, 1, TopicReplication::Fixed(1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let created = runtime.block_on(admin.create_topics(&[topic], &AdminOptions::new()));
    assert_eq!(created.unwrap(), [Ok(TOPIC.to_owned())]);
}

fn transactional(server: &Server) -> BaseProducer {
    let producer: BaseProducer = client(server, &[("transactional.id", "x")]).create().unwrap();
    producer.init_transactions(WAIT).unwrap();
    producer
}

fn send(producer: &BaseProducer, value: &str) {
    let record = BaseRecord::<str, str>::to(TOPIC).partition(0).payload(value);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(WAIT).unwrap();
}

fn consumer(server: &Server, from: Offset) -> BaseConsumer {
    let settings = [
        ("group.id", "g"),
        ("isolation.level", "read_committed"),
        ("enable.auto.commit", "false"),
        ("enable.partition.eof", "true"),
    ];
    let consumer: BaseConsumer = client(server, &settings).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, from).unwrap();
    consumer.assign(&list).unwrap();
    consumer
}

/// The committed values from an offset on.
fn values(server: &Server, from: Offset) -> Vec<String> {
    let consumer = consumer(server, from);
    let mut values = Vec::new();
    loop {
        match consumer.poll(WAIT).expect("the topic's end") {
            Ok(message) => values.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap()),
            Err(KafkaError::PartitionEOF(_)) => return values,
            Err(error) => panic!("{error}"),
        }
    }
}

fn copies(folder: &Path) -> [Server; 2] {
    let kept = folder.join("kept");
    copy(folder.join("copy").as_path(), &kept);
    [
        Server::start(Settings::read_from(&folder.join("copy")).unwrap()).unwrap(),
        Server::start(Settings::kept_in(&kept, Sync::Never).unwrap()).unwrap(),
    ]
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_copy_holds_records_offsets_and_open_transactions_of_its_moment() {
    // Given a committed record, an offset that a group committed, and an open transaction
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Settings::default()).unwrap();
    create_topic(&server);
    let producer = transactional(&server);
    producer.begin_transaction().unwrap();
    send(&producer, "committed");
    producer.commit_transaction(WAIT).unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(TOPIC, 0, Offset::Offset(1)).unwrap();
    consumer(&server, Offset::Beginning)
        .commit(&offsets, CommitMode::Sync)
        .unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "open");

    // When it is copied, and ends otherwise
    server.copy_to(&folder.path().join("copy")).unwrap();
    producer.commit_transaction(WAIT).unwrap();

    // Then the one sees both, and brokers that begin with the copy see what had been committed
    assert_eq!(values(&server, Offset::Beginning), ["committed", "open"]);
    for other in copies(folder.path()) {
        let successor = transactional(&other);
        assert_eq!(
            values(&other, Offset::Beginning),
            ["committed"],
            "the open transaction is ended"
        );
        successor.begin_transaction().unwrap();
        send(&successor, "another future");
        successor.commit_transaction(WAIT).unwrap();
        assert_eq!(
            values(&other, Offset::Stored),
            ["another future"],
            "the group goes on from its offset"
        );
    }
    // And a folder that holds a broker's data is not written over
    assert!(server.copy_to(&folder.path().join("copy")).is_err());
}

#[test]
fn topics_of_a_copy_get_ids_that_the_copied_broker_never_gave() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Settings::default()).unwrap();
    server.copy_to(&folder.path().join("copy")).unwrap();
    let settings = Settings::read_from(&folder.path().join("copy")).unwrap();
    let other = Server::start(Settings {
        ids_from: Some(1_000),
        ..settings
    })
    .unwrap();
    create_topic(&server);
    create_topic(&other);

    let logs = |server: &Server, name: &str| -> BTreeSet<_> {
        send(&client(server, &[]).create().unwrap(), "a");
        server.copy_to(&folder.path().join(name)).unwrap();
        let logs = folder.path().join(name).join("logs");
        std::fs::read_dir(logs)
            .unwrap()
            .map(|log| log.unwrap().file_name())
            .collect()
    };
    let (one, another) = (logs(&server, "one"), logs(&other, "another"));
    assert_eq!((one.len(), another.len()), (1, 1));
    assert_ne!(one, another, "the first topic of each, in the same cluster");
}
