//! A client that keeps to the protocol.

use std::time::{Duration, Instant};

use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::Message,
    producer::{BaseProducer, BaseRecord, Producer},
    topic_partition_list::{Offset, TopicPartitionList},
};

use crate::host::Host;

/// How long anything may take before the test fails.
const DEADLINE: Duration = Duration::from_secs(40);
/// Bytes of a guest's record: far more than a connection's buffer, so that it needs memory which others could hold.
const RECORD_BYTES: usize = 900_000;

/// A client with a topic of its own.
pub(crate) struct Guest {
    topic: String,
    producer: BaseProducer,
    consumer: BaseConsumer,
}

impl Guest {
    pub(crate) fn new(host: &Host, topic: &str) -> Self {
        let config = |settings: &[(&str, &str)]| {
            let mut config = ClientConfig::new();
            config.set("bootstrap.servers", host.address().to_string());
            for (name, value) in settings {
                config.set(*name, *value);
            }
            config
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let admin: AdminClient<DefaultClientContext> = config(&[]).create().unwrap();
        let wanted = [NewTopic::new(topic, 1, TopicReplication::Fixed(1))];
        let created = runtime.block_on(admin.create_topics(&wanted, &AdminOptions::new()));
        assert_eq!(created.unwrap(), [Ok(topic.to_owned())]);
        let producer: BaseProducer = config(&[("transactional.id", topic)]).create().unwrap();
        producer.init_transactions(DEADLINE).unwrap();
        let settings = [("group.id", "none"), ("isolation.level", "read_committed")];
        let consumer: BaseConsumer = config(&settings).create().unwrap();
        let mut from = TopicPartitionList::new();
        from.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
        consumer.assign(&from).unwrap();
        Self {
            topic: topic.to_owned(),
            producer,
            consumer,
        }
    }

    /// Writes a large record in a transaction and reads it; how long that took.
    pub(crate) fn is_served(&self) -> Duration {
        let begin = Instant::now();
        let record = vec![7; RECORD_BYTES];
        self.producer.begin_transaction().unwrap();
        let record = BaseRecord::<str, _>::to(&self.topic).partition(0).payload(&record);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.commit_transaction(DEADLINE).unwrap();
        loop {
            assert!(begin.elapsed() < DEADLINE, "the record was not read");
            if let Some(message) = self.consumer.poll(Duration::from_millis(100)) {
                assert_eq!(message.unwrap().payload().map(<[u8]>::len), Some(RECORD_BYTES));
                return begin.elapsed();
            }
        }
    }
}
