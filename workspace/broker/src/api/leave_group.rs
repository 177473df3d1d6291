//! LeaveGroup: members of a classic group go, or are made to go by an administrator.

use kafka_protocol::{
    ResponseError,
    messages::{LeaveGroupRequest, LeaveGroupResponse, leave_group_response::MemberResponse},
};

use crate::{
    Broker, Call, Reply,
    groups::{Groups, Leave, Turn},
};

/// The first version that names several members (KIP-345).
const SEVERAL_FROM: i16 = 3;

impl Broker {
    pub(crate) fn leave_group(&mut self, call: &Call, request: LeaveGroupRequest) -> Reply {
        let response = LeaveGroupResponse::default();
        if request.group_id.is_empty() {
            let code = ResponseError::InvalidGroupId.code();
            return Reply::Now(response.with_error_code(code).into());
        }
        let leaving = leaving(call, &request);
        let left = self.with_groups(call.now, |groups, turn| leave(groups, &request, &leaving, turn));
        let mut codes = left
            .iter()
            .map(|left| left.as_ref().err().map_or(0, ResponseError::code));
        if call.version < SEVERAL_FROM {
            let code = codes.next().unwrap_or_default();
            return Reply::Now(response.with_error_code(code).into());
        }
        let members = leaving.into_iter().zip(codes).map(|(leave, code)| {
            MemberResponse::default()
                .with_member_id(leave.member_id)
                .with_group_instance_id(leave.instance)
                .with_error_code(code)
        });
        Reply::Now(response.with_members(members.collect()).into())
    }
}

fn leaving(call: &Call, request: &LeaveGroupRequest) -> Vec<Leave> {
    if call.version < SEVERAL_FROM {
        return vec![Leave {
            member_id: request.member_id.clone(),
            instance: None,
        }];
    }
    let members = request.members.iter().map(|member| Leave {
        member_id: member.member_id.clone(),
        instance: member.group_instance_id.clone(),
    });
    members.collect()
}

fn leave(
    groups: &mut Groups,
    request: &LeaveGroupRequest,
    leaving: &[Leave],
    turn: &mut Turn<'_>,
) -> Vec<Result<(), ResponseError>> {
    let left = groups.classic(&request.group_id, turn, |group, turn| group.leave(leaving, turn));
    left.unwrap_or_else(|| vec![Err(ResponseError::UnknownMemberId); leaving.len()])
}
