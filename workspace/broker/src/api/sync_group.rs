//! SyncGroup: a member of a classic group asks for its assignment. The answer comes when the leader has given it.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::{ResponseError, messages::SyncGroupRequest};

use crate::{
    Broker, Call, Reply,
    groups::{ASSIGNMENTS_BYTES_MAX, Sync, Waiting, owned},
};

/// The first version in which a member must say which protocol it takes to be chosen (KIP-559).
const NAMES_PROTOCOL_FROM: i16 = 5;

impl Broker {
    pub(crate) fn sync_group(&mut self, call: &Call, request: SyncGroupRequest) -> Reply {
        let waiting = Waiting::from(call);
        self.with_groups(call.now, |groups, turn| {
            if let Err(error) = check(call, &request) {
                return turn.answers.sync_refused(waiting, error);
            }
            let sync = read(waiting, &request);
            let step = groups.classic(&request.group_id, turn, |group, turn| group.sync(sync, turn));
            if step.is_none() {
                turn.answers.sync_refused(waiting, ResponseError::UnknownMemberId);
            }
        });
        Reply::Later
    }
}

fn check(call: &Call, request: &SyncGroupRequest) -> Result<(), ResponseError> {
    let names_protocol = request.protocol_type.is_some() && request.protocol_name.is_some();
    if call.version >= NAMES_PROTOCOL_FROM && !names_protocol {
        return Err(ResponseError::InconsistentGroupProtocol);
    }
    if request.group_id.is_empty() {
        return Err(ResponseError::InvalidGroupId);
    }
    let bytes: usize = request.assignments.iter().map(|given| given.assignment.len()).sum();
    if bytes > ASSIGNMENTS_BYTES_MAX {
        // What Kafka answers when its record of the group gets too large.
        return Err(ResponseError::UnknownServerError);
    }
    Ok(())
}

fn read(waiting: Waiting, request: &SyncGroupRequest) -> Sync {
    let assignments = request.assignments.iter();
    let assignments: BTreeMap<_, _> = assignments
        .map(|given| (given.member_id.clone(), Bytes::copy_from_slice(&given.assignment)))
        .collect();
    Sync {
        waiting,
        member_id: owned(&request.member_id),
        instance: request.group_instance_id.clone(),
        generation: request.generation_id,
        protocol_type: request.protocol_type.clone(),
        protocol: request.protocol_name.clone(),
        assignments,
    }
}
