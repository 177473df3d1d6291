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
            RequestKind::InitProducerId(request) => self.init_producer_id(call, request),
            RequestKind::AddPartitionsToTxn(request) => self.add_partitions_to_txn(call, request),
            RequestKind::AddOffsetsToTxn(request) => self.add_offsets_to_txn(call, request),
            RequestKind::EndTxn(request) => self.end_txn(call, request),
            RequestKind::DescribeTransactions(request) => self.describe_transactions(call, request),
            RequestKind::ListTransactions(request) => self.list_transactions(call, request),
            _ => Reply::Never,
        }
    }
}
