//! JoinGroup: a member of a classic group comes, or comes again. The answer comes when all are there.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{JoinGroupRequest, join_group_request::JoinGroupRequestProtocol},
    protocol::StrBytes,
};

use crate::{
    Broker, Call, Reply,
    groups::{Groups, Join, MEMBER_BYTES_MAX, PROTOCOLS_MAX, Protocol, SESSION_TIMEOUT_MS, Turn, Waiting, owned},
};

/// The first version that says how long a rebalance may take; before, it is the session time-out.
const REBALANCE_TIMEOUT_FROM: i16 = 1;

impl Broker {
    pub(crate) fn join_group(&mut self, call: &Call, request: JoinGroupRequest) -> Reply {
        self.with_groups(call.now, |groups, turn| {
            if let Err(error) = check(&request).and_then(|()| admit(groups, &request)) {
                let waiting = Waiting::from(call);
                return turn.answers.join_refused(waiting, request.member_id, error);
            }
            let join = read(call, &request, groups, turn);
            groups.classic(&request.group_id, turn, |group, turn| group.join(join, turn));
        });
        Reply::Later
    }
}

fn check(request: &JoinGroupRequest) -> Result<(), ResponseError> {
    if request.group_id.is_empty() {
        return Err(ResponseError::InvalidGroupId);
    }
    if !SESSION_TIMEOUT_MS.contains(&request.session_timeout_ms) {
        return Err(ResponseError::InvalidSessionTimeout);
    }
    let bytes: usize = request.protocols.iter().map(|protocol| protocol.metadata.len()).sum();
    if request.protocols.len() > PROTOCOLS_MAX || bytes > MEMBER_BYTES_MAX {
        return Err(ResponseError::InvalidRequest);
    }
    Ok(())
}

/// A new member brings its group into being; one that has an id belongs to a group that is there.
fn admit(groups: &mut Groups, request: &JoinGroupRequest) -> Result<(), ResponseError> {
    let is_new = request.member_id.is_empty();
    if groups.entry(&request.group_id).is_none() && !is_new {
        return Err(ResponseError::UnknownMemberId);
    }
    if !groups.has_room_for(&request.group_id) {
        return Err(ResponseError::GroupMaxSizeReached);
    }
    groups.make_classic(&request.group_id)
}

fn read(call: &Call, request: &JoinGroupRequest, groups: &mut Groups, turn: &Turn<'_>) -> Join {
    let fresh_id = if request.member_id.is_empty() {
        let name = request.group_instance_id.as_ref().unwrap_or(&call.client_id);
        groups.member_id(name, turn)
    } else {
        StrBytes::default()
    };
    let rebalance_timeout_ms = if call.version >= REBALANCE_TIMEOUT_FROM {
        request.rebalance_timeout_ms
    } else {
        request.session_timeout_ms
    };
    Join {
        waiting: Waiting::from(call),
        member_id: owned(&request.member_id),
        fresh_id,
        instance: request.group_instance_id.as_ref().map(owned),
        client_id: owned(&call.client_id),
        client_host: owned(&call.client_host),
        protocol_type: owned(&request.protocol_type),
        protocols: protocols(&request.protocols),
        rebalance_timeout: millis(rebalance_timeout_ms),
        session_timeout: millis(request.session_timeout_ms),
    }
}

fn protocols(offered: &[JoinGroupRequestProtocol]) -> Vec<Protocol> {
    let mut names = BTreeSet::new();
    let first = offered.iter().filter(|protocol| names.insert(protocol.name.clone()));
    first
        .map(|protocol| Protocol {
            name: owned(&protocol.name),
            metadata: Bytes::copy_from_slice(&protocol.metadata),
        })
        .collect()
}

fn millis(millis: i32) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
