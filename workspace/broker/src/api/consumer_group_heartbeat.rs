//! ConsumerGroupHeartbeat: a member of a consumer group joins, is there, or leaves.

use std::{collections::BTreeSet, time::Duration};

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        consumer_group_heartbeat_response::{Assignment, TopicPartitions},
    },
    protocol::StrBytes,
};

use crate::{
    Broker, Call, Reply,
    groups::{Assignor, Departure, Heartbeat, Partitions, Refusal, SUBSCRIBED_TOPICS_MAX, owned},
    pattern::Pattern,
};

/// The epoch of a member that leaves for good.
const LEAVES: i32 = -1;
/// The epoch of a static member that leaves for a while.
const LEAVES_FOR_A_WHILE: i32 = -2;
/// What stands for a time-out that has not changed.
const UNCHANGED: i32 = -1;
/// The first version in which members give themselves their ids (KIP-1082).
const OWN_MEMBER_ID_FROM: i16 = 1;

impl Broker {
    pub(crate) fn consumer_group_heartbeat(&mut self, call: &Call, request: ConsumerGroupHeartbeatRequest) -> Reply {
        let response = check(call, &request).and_then(|assignor| match request.member_epoch {
            LEAVES => self.leave_consumer_group(call, &request, Departure::ForGood),
            LEAVES_FOR_A_WHILE => self.leave_consumer_group(call, &request, Departure::ForAWhile),
            _ => self.hear_consumer(call, &request, assignor),
        });
        let response = response.unwrap_or_else(|refusal| {
            ConsumerGroupHeartbeatResponse::default()
                .with_error_code(refusal.error.code())
                .with_error_message(Some(StrBytes::from_string(refusal.message)))
        });
        Reply::Now(response.into())
    }

    fn leave_consumer_group(
        &mut self,
        call: &Call,
        request: &ConsumerGroupHeartbeatRequest,
        departure: Departure,
    ) -> Result<ConsumerGroupHeartbeatResponse, Refusal> {
        let group = self.groups.consumer(&request.group_id)?;
        group.leave(&request.member_id, request.instance_id.as_ref(), departure)?;
        self.groups.schedule(&request.group_id, call.now);
        let response = ConsumerGroupHeartbeatResponse::default()
            .with_member_id(Some(request.member_id.clone()))
            .with_member_epoch(request.member_epoch);
        Ok(response)
    }

    fn hear_consumer(
        &mut self,
        call: &Call,
        request: &ConsumerGroupHeartbeatRequest,
        assignor: Option<Assignor>,
    ) -> Result<ConsumerGroupHeartbeatResponse, Refusal> {
        let beat = self.read_heartbeat(call, request, assignor)?;
        let member_id = beat.member_id.clone();
        let group = if beat.epoch == 0 {
            self.groups.consumer_or_new(&request.group_id)?
        } else {
            self.groups.consumer(&request.group_id)?
        };
        let beat = group.heartbeat(beat, &self.topics, &self.settings, call.now)?;
        self.groups.schedule(&request.group_id, call.now);
        let interval = self.settings.consumer_heartbeat_interval.as_millis();
        let response = ConsumerGroupHeartbeatResponse::default()
            .with_member_id(Some(member_id))
            .with_member_epoch(beat.epoch)
            .with_heartbeat_interval_ms(i32::try_from(interval).unwrap_or(i32::MAX))
            .with_assignment(beat.assigned.as_ref().map(assignment));
        Ok(response)
    }

    fn read_heartbeat(
        &mut self,
        call: &Call,
        request: &ConsumerGroupHeartbeatRequest,
        assignor: Option<Assignor>,
    ) -> Result<Heartbeat, Refusal> {
        let regex = request.subscribed_topic_regex.as_ref();
        let pattern = regex.map(pattern).transpose()?;
        let member_id = if request.member_id.is_empty() {
            let name = &call.client_id;
            self.with_groups(call.now, |groups, turn| groups.member_id(name, turn))
        } else {
            owned(&request.member_id)
        };
        let topics = request.subscribed_topic_names.as_ref();
        Ok(Heartbeat {
            member_id,
            epoch: request.member_epoch,
            instance: request.instance_id.as_ref().map(owned),
            rack: request.rack_id.as_ref().map(owned),
            client_id: owned(&call.client_id),
            client_host: owned(&call.client_host),
            rebalance_timeout: timeout(request.rebalance_timeout_ms),
            topics: topics.map(|names| names.iter().map(|name| owned(name)).collect::<BTreeSet<_>>()),
            pattern,
            assignor,
            owned: has(request),
        })
    }
}

/// Checks a heartbeat as far as it can be without its group; gives the assignor that it names.
fn check(call: &Call, request: &ConsumerGroupHeartbeatRequest) -> Result<Option<Assignor>, Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ResponseError::InvalidRequest, message));
    let is_blank = |text: &Option<StrBytes>| text.as_ref().is_some_and(|text| text.trim().is_empty());
    let needs_id = request.member_epoch != 0 || call.version >= OWN_MEMBER_ID_FROM;
    let topics = request.subscribed_topic_names.as_ref();
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if is_blank(&request.instance_id) {
        return invalid("InstanceId can't be empty.");
    }
    if is_blank(&request.rack_id) {
        return invalid("RackId can't be empty.");
    }
    if request.member_epoch < LEAVES_FOR_A_WHILE {
        return invalid("MemberEpoch is invalid.");
    }
    if needs_id && request.member_id.trim().is_empty() {
        return invalid("MemberId can't be empty.");
    }
    if request.member_epoch == LEAVES_FOR_A_WHILE && request.instance_id.is_none() {
        return invalid("InstanceId can't be null.");
    }
    if topics.is_some_and(|topics| topics.len() > SUBSCRIBED_TOPICS_MAX) {
        return invalid("SubscribedTopicNames has too many topics.");
    }
    if request.member_epoch == 0 {
        check_join(request)?;
    }
    named_assignor(request)
}

fn check_join(request: &ConsumerGroupHeartbeatRequest) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ResponseError::InvalidRequest, message));
    if request.rebalance_timeout_ms == UNCHANGED {
        return invalid("RebalanceTimeoutMs must be provided in first request.");
    }
    if !request.topic_partitions.as_ref().is_some_and(Vec::is_empty) {
        return invalid("TopicPartitions must be empty when (re-)joining.");
    }
    if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() {
        return invalid("Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
    }
    Ok(())
}

fn named_assignor(request: &ConsumerGroupHeartbeatRequest) -> Result<Option<Assignor>, Refusal> {
    let Some(name) = &request.server_assignor else {
        return Ok(None);
    };
    let known = Assignor::ALL
        .into_iter()
        .find(|assignor| assignor.name() == name.as_str());
    known.map(Some).ok_or_else(|| {
        let message = format!(
            "ServerAssignor {} is not supported. Supported assignors: uniform, range.",
            name.as_str()
        );
        Refusal::new(ResponseError::UnsupportedAssignor, message)
    })
}

fn pattern(regex: &StrBytes) -> Result<Pattern, Refusal> {
    Pattern::new(owned(regex)).map_err(|fault| {
        let message = format!(
            "SubscribedTopicRegex `{}` is not a valid regular expression: {fault}.",
            regex.as_str()
        );
        Refusal::new(ResponseError::InvalidRegularExpression, message)
    })
}

fn timeout(millis: i32) -> Option<Duration> {
    u64::try_from(millis).ok().map(Duration::from_millis)
}

fn has(request: &ConsumerGroupHeartbeatRequest) -> Option<Partitions> {
    let topics = request.topic_partitions.as_ref()?;
    let partitions = topics.iter().flat_map(|topic| {
        let numbers = topic.partitions.iter();
        numbers.map(|number| (topic.topic_id, *number))
    });
    Some(partitions.collect())
}

fn assignment(partitions: &Partitions) -> Assignment {
    let topics = partitions
        .topics()
        .map(|(id, numbers)| TopicPartitions::default().with_topic_id(id).with_partitions(numbers));
    Assignment::default().with_topic_partitions(topics.collect())
}
