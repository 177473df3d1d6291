//! Which handler takes which request.

use kafka_protocol::messages::RequestKind;

use crate::{Broker, Call, Reply};

impl Broker {
    /// Hands a request to its handler. A request that no part takes is answered by silence: frames of such are refused
    /// before they come here.
    pub(crate) fn dispatch(&mut self, call: &Call, request: RequestKind) -> Reply {
        match request {
            // Topics and the cluster.
            RequestKind::DescribeCluster(request) => self.describe_cluster(call, request),
            // Logs.
            // Groups.
            // Transactions.
            _ => Reply::Never,
        }
    }
}
