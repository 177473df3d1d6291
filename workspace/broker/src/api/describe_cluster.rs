//! DescribeCluster: the one node, which is the controller too.

use kafka_protocol::messages::{
    BrokerId, DescribeClusterRequest, DescribeClusterResponse, describe_cluster_response::DescribeClusterBroker,
};

use crate::{Broker, Call, NODE_ID, Reply};

/// The endpoints of brokers, in KIP-919's numbering; those of controllers are 2.
const BROKER_ENDPOINTS: i8 = 1;
/// Kafka's answer to one who did not ask which operations are allowed.
const OPERATIONS_NOT_ASKED: i32 = i32::MIN;
/// Every operation on the cluster that Kafka's ACLs know: create, alter, describe, cluster action, describe and alter
/// configuration, idempotent write, as bits.
const CLUSTER_OPERATIONS: i32 = (1 << 5) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 12);

impl Broker {
    pub(crate) fn describe_cluster(&mut self, call: &Call, request: DescribeClusterRequest) -> Reply {
        let endpoints = if call.version >= 1 {
            request.endpoint_type
        } else {
            BROKER_ENDPOINTS
        };
        let response = DescribeClusterResponse::default().with_endpoint_type(endpoints);
        if endpoints != BROKER_ENDPOINTS {
            let code = kafka_protocol::ResponseError::MismatchedEndpointType.code();
            return Reply::Now(response.with_error_code(code).into());
        }
        let operations = if request.include_cluster_authorized_operations {
            CLUSTER_OPERATIONS
        } else {
            OPERATIONS_NOT_ASKED
        };
        let node = DescribeClusterBroker::default()
            .with_broker_id(BrokerId(NODE_ID))
            .with_host(self.settings.host.clone())
            .with_port(self.settings.port);
        let response = response
            .with_cluster_id(self.settings.cluster_id.clone())
            .with_controller_id(BrokerId(NODE_ID))
            .with_brokers(vec![node])
            .with_cluster_authorized_operations(operations);
        Reply::Now(response.into())
    }
}
