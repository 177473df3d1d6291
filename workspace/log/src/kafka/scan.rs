//! Reading whole topics from their first record to their present end, committed records only: for auditors and people.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};

use super::{
    client,
    close::close,
    context::QuietContext,
    failure,
    settings::{QUERY_TIMEOUT, Settings},
    take::{self, Names},
};
use crate::{Consumed, Error, TopicPartition};

/// A scan that gets nothing for this time has lost its broker.
const SILENCE_MAX: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

/// Hands every record of `topics` (full names) to `each`, topic after topic: in order within a partition, partitions
/// interleaved. With `partition` only that one of each topic is read. What is written after the scan of its topic began
/// may or may not be read.
///
/// # Errors
/// When a topic does not exist or the broker does not answer.
pub fn scan(
    settings: &Settings,
    topics: &[String],
    partition: Option<i32>,
    mut each: impl FnMut(Consumed),
) -> Result<(), Error> {
    settings.validate()?;
    let consumer: BaseConsumer<QuietContext> = client::scanner(settings)
        .create_with_context(QuietContext)
        .map_err(|error| failure::environment(&error, "making a consumer"))?;
    let scanned = topics.iter().try_for_each(|topic| {
        let wanted = partitions(&consumer, topic)?.filter(|found| partition.is_none_or(|wanted| wanted == *found));
        scan_topic(&consumer, topic, wanted.collect(), &mut each)
    });
    close(consumer);
    scanned
}

/// The number of partitions of `topic` (its full name).
///
/// # Errors
/// When the topic does not exist or the broker does not answer.
pub fn partition_count(settings: &Settings, topic: &str) -> Result<i32, Error> {
    settings.validate()?;
    let consumer: BaseConsumer<QuietContext> = client::scanner(settings)
        .create_with_context(QuietContext)
        .map_err(|error| failure::environment(&error, "making a consumer"))?;
    let found = partitions(&consumer, topic);
    close(consumer);
    found.map(|range| range.end)
}

/// Reads these partitions of one topic. librdkafka tells the end of a partition by its number alone, markers of
/// transactions passed over, so topics are read one at a time.
fn scan_topic(
    consumer: &BaseConsumer<QuietContext>,
    topic: &str,
    mut open: BTreeSet<i32>,
    each: &mut impl FnMut(Consumed),
) -> Result<(), Error> {
    let mut list = TopicPartitionList::new();
    for partition in &open {
        list.add_partition_offset(topic, *partition, Offset::Beginning)
            .map_err(|error| failure::environment(&error, "assigning a topic"))?;
    }
    consumer
        .assign(&list)
        .map_err(|error| failure::environment(&error, "assigning a topic"))?;
    let name: Arc<str> = topic.into();
    let mut names = Names::default();
    let mut heard = Instant::now();
    while !open.is_empty() {
        match consumer.poll(POLL) {
            // A late event of the topic before.
            Some(Ok(message)) if message.topic() != topic => {}
            Some(Ok(message)) => {
                heard = Instant::now();
                let source = TopicPartition::new(Arc::clone(&name), message.partition());
                let size = take::size(&message);
                each(take::take(&message, source, size, &mut names));
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                heard = Instant::now();
                open.remove(&partition);
            }
            Some(Err(error)) if failure::environment(&error, "").is_retriable() => {}
            Some(Err(error)) => return Err(failure::environment(&error, "reading a topic")),
            None => {}
        }
        if heard.elapsed() > SILENCE_MAX {
            return Err(Error::Unavailable {
                what: format!("nothing came from {} partitions of '{topic}'", open.len()),
            });
        }
    }
    consumer
        .unassign()
        .map_err(|error| failure::environment(&error, "leaving a topic"))
}

fn partitions(consumer: &BaseConsumer<QuietContext>, topic: &str) -> Result<Range<i32>, Error> {
    let metadata = consumer
        .fetch_metadata(Some(topic), QUERY_TIMEOUT)
        .map_err(|error| failure::environment(&error, "asking for a topic"))?;
    let found = metadata.topics().first().filter(|found| found.error().is_none());
    match found.map_or(0, |found| found.partitions().len()) {
        0 => Err(Error::MissingTopic {
            topic: topic.to_owned(),
        }),
        count => Ok(0..i32::try_from(count).unwrap_or(i32::MAX)),
    }
}
