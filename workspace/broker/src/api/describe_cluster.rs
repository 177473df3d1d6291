//! DescribeCluster: the one node, which is the controller too.

use kafka_protocol::{
    ResponseError,
    messages::{
        BrokerId, DescribeClusterRequest, DescribeClusterResponse, describe_cluster_response::DescribeClusterBroker,
    },
    protocol::StrBytes,
};

use super::operations;
use crate::{Broker, Call, NODE_ID, Reply};

/// The endpoints of brokers, in KIP-919's numbering.
const BROKERS: i8 = 1;

impl Broker {
    pub(crate) fn describe_cluster(&mut self, call: &Call, request: DescribeClusterRequest) -> Reply {
        let endpoints = if call.version >= 1 {
            request.endpoint_type
        } else {
            BROKERS
        };
        if endpoints != BROKERS {
            let message = "only endpoints of brokers can be described by a broker";
            let response = DescribeClusterResponse::default()
                .with_endpoint_type(endpoints)
                .with_error_code(ResponseError::MismatchedEndpointType.code())
                .with_error_message(Some(StrBytes::from_static_str(message)));
            return Reply::Now(response.into());
        }
        let operations = if request.include_cluster_authorized_operations {
            operations::CLUSTER
        } else {
            operations::NOT_ASKED
        };
        let node = DescribeClusterBroker::default()
            .with_broker_id(BrokerId(NODE_ID))
            .with_host(self.settings.host.clone())
            .with_port(self.settings.port);
        let response = DescribeClusterResponse::default()
            .with_endpoint_type(endpoints)
            .with_cluster_id(self.settings.cluster_id.clone())
            .with_controller_id(BrokerId(NODE_ID))
            .with_brokers(vec![node])
            .with_cluster_authorized_operations(operations);
        Reply::Now(response.into())
    }
}
