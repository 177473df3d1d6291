//! Heartbeat: a member of a classic group says that it is there.

use kafka_protocol::{
    ResponseError,
    messages::{HeartbeatRequest, HeartbeatResponse},
};

use crate::{Broker, Call, Reply};

impl Broker {
    pub(crate) fn heartbeat(&mut self, call: &Call, request: HeartbeatRequest) -> Reply {
        let response = HeartbeatResponse::default();
        if request.group_id.is_empty() {
            let code = ResponseError::InvalidGroupId.code();
            return Reply::Now(response.with_error_code(code).into());
        }
        let instance = request.group_instance_id.as_ref();
        let heard = self.with_groups(call.now, |groups, turn| {
            groups.classic(&request.group_id, turn, |group, turn| {
                group.heartbeat(&request.member_id, instance, request.generation_id, turn)
            })
        });
        let code = match heard.unwrap_or(Err(ResponseError::UnknownMemberId)) {
            Ok(()) => 0,
            Err(error) => error.code(),
        };
        Reply::Now(response.with_error_code(code).into())
    }
}
