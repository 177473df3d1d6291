//! Questions for offsets.

use std::collections::BTreeMap;

use kafka_protocol::{
    ResponseError,
    messages::{
        ListOffsetsRequest, ResponseKind, TopicName,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    },
};
use palinode_broker::StrBytes;
use palinode_log::{Error, TopicPartition};

use super::{
    Link,
    settings::{LIST_VERSION, QUERY_MS, RETRY_MS},
};

/// Which offset is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The first one.
    First,
    /// The end, open transactions included.
    End,
    /// The end for a reader of committed records.
    CommittedEnd,
}

/// Asks for an offset of each of these.
pub(super) async fn offsets(link: &mut Link, of: &[TopicPartition], which: Which) -> Result<Vec<i64>, Error> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let deadline = link.hold().after(QUERY_MS);
    let unavailable = |what: &str| Error::Unavailable {
        what: format!("asking for offsets: {what}"),
    };
    loop {
        let answer = link
            .insist(LIST_VERSION, || request(of, which), QUERY_MS, deadline)
            .await;
        let Ok(ResponseKind::ListOffsets(answer)) = answer else {
            return Err(unavailable("no answer came in time"));
        };
        let mut found = BTreeMap::new();
        let mut trouble = None;
        for topic in &answer.topics {
            for partition in &topic.partitions {
                found.insert((topic.name.as_str(), partition.partition_index), partition.offset);
                trouble = trouble.or_else(|| {
                    let error = ResponseError::try_from_code(partition.error_code)?;
                    Some((topic.name.to_string(), error))
                });
            }
        }
        match trouble {
            None => {
                let offset = |at: &TopicPartition| found.get(&(&*at.topic, at.partition)).copied();
                return of
                    .iter()
                    .map(|at| offset(at).ok_or_else(|| unavailable("one is missing")))
                    .collect();
            }
            Some((topic, ResponseError::UnknownTopicOrPartition)) => return Err(Error::MissingTopic { topic }),
            Some((_, error)) if link.hold().now() >= deadline => return Err(unavailable(&error.to_string())),
            Some(_) => link.hold().sleep(RETRY_MS).await,
        }
    }
}

fn request(of: &[TopicPartition], which: Which) -> ListOffsetsRequest {
    let timestamp = if which == Which::First { -2 } else { -1 };
    let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for at in of {
        topics.entry(&at.topic).or_default().push(
            ListOffsetsPartition::default()
                .with_partition_index(at.partition)
                .with_current_leader_epoch(-1)
                .with_timestamp(timestamp),
        );
    }
    let topics = topics.into_iter().map(|(name, partitions)| {
        ListOffsetsTopic::default()
            .with_name(TopicName(StrBytes::from_string(name.to_owned())))
            .with_partitions(partitions)
    });
    ListOffsetsRequest::default()
        .with_replica_id((-1).into())
        .with_isolation_level(i8::from(which == Which::CommittedEnd))
        .with_topics(topics.collect())
}
