//! Answers on their way to the calls that wait for them.

use kafka_protocol::{
    ResponseError,
    messages::{JoinGroupResponse, ResponseKind, SyncGroupResponse},
    protocol::StrBytes,
};

use crate::{Call, CallId};

/// A call that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Which call it is.
    pub(crate) call: CallId,
    /// The version of its response.
    pub(crate) version: i16,
}

impl From<&Call> for Waiting {
    fn from(call: &Call) -> Self {
        Self {
            call: call.id,
            version: call.version,
        }
    }
}

/// Answers that a group has given, in order.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    given: Vec<(CallId, ResponseKind)>,
}

impl Answers {
    /// Answers a JoinGroup. Before version 7 the protocol's name cannot be left out.
    pub(crate) fn joined(&mut self, waiting: Waiting, mut response: JoinGroupResponse) {
        if waiting.version < 7 && response.protocol_name.is_none() {
            response.protocol_name = Some(StrBytes::default());
        }
        self.given.push((waiting.call, response.into()));
    }

    /// Refuses a JoinGroup.
    pub(crate) fn join_refused(&mut self, waiting: Waiting, member_id: StrBytes, error: ResponseError) {
        let response = JoinGroupResponse::default()
            .with_error_code(error.code())
            .with_protocol_name(None)
            .with_member_id(member_id);
        self.joined(waiting, response);
    }

    /// Answers a SyncGroup.
    pub(crate) fn synced(&mut self, waiting: Waiting, response: SyncGroupResponse) {
        self.given.push((waiting.call, response.into()));
    }

    /// Refuses a SyncGroup.
    pub(crate) fn sync_refused(&mut self, waiting: Waiting, error: ResponseError) {
        self.synced(waiting, SyncGroupResponse::default().with_error_code(error.code()));
    }
}

impl IntoIterator for Answers {
    type Item = (CallId, ResponseKind);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.given.into_iter()
    }
}
