//! FindCoordinator: this node, for every group and every transactional id.

use kafka_protocol::{
    ResponseError,
    messages::{BrokerId, FindCoordinatorRequest, FindCoordinatorResponse, find_coordinator_response::Coordinator},
    protocol::StrBytes,
};

use crate::{Broker, Call, NODE_ID, Reply};

/// The first version that asks for several at once (KIP-699).
const SEVERAL_FROM: i16 = 4;
/// Kinds of keys: a group's, and a transactional id. There are others (share groups), which have no coordinator here.
const KINDS: [i8; 2] = [0, 1];
/// What Kafka calls the absence of an error.
const NO_ERROR: &str = "NONE";
/// The number of no node.
const NOBODY: BrokerId = BrokerId(-1);

impl Broker {
    pub(crate) fn find_coordinator(&mut self, call: &Call, request: FindCoordinatorRequest) -> Reply {
        let known = KINDS.contains(&request.key_type);
        let response = if call.version >= SEVERAL_FROM {
            let keys = request.coordinator_keys.into_iter();
            let coordinators = keys.map(|key| if known { self.here(key) } else { nowhere(key) });
            FindCoordinatorResponse::default().with_coordinators(coordinators.collect())
        } else if known {
            FindCoordinatorResponse::default()
                .with_error_message(Some(StrBytes::from_static_str(NO_ERROR)))
                .with_node_id(BrokerId(NODE_ID))
                .with_host(self.settings.host.clone())
                .with_port(self.settings.port)
        } else {
            FindCoordinatorResponse::default()
                .with_error_code(ResponseError::InvalidRequest.code())
                .with_node_id(NOBODY)
                .with_port(-1)
        };
        Reply::Now(response.into())
    }

    fn here(&self, key: StrBytes) -> Coordinator {
        Coordinator::default()
            .with_key(key)
            .with_node_id(BrokerId(NODE_ID))
            .with_host(self.settings.host.clone())
            .with_port(self.settings.port)
    }
}

fn nowhere(key: StrBytes) -> Coordinator {
    Coordinator::default()
        .with_key(key)
        .with_error_code(ResponseError::InvalidRequest.code())
        .with_node_id(NOBODY)
        .with_port(-1)
}
