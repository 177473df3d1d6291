//! Which handler takes which request.

use kafka_protocol::messages::RequestKind;

use crate::{Broker, Call, Reply};

impl Broker {
    /// Hands a request to its handler. A request that no part takes is answered by silence: frames of such are refused
    /// before they come here.
    pub(crate) fn dispatch(&mut self, call: &Call, request: RequestKind) -> Reply {
        match request {
            // Topics and the cluster.
            RequestKind::ApiVersions(request) => self.api_versions(call, request),
            RequestKind::Metadata(request) => self.metadata(call, request),
            RequestKind::DescribeCluster(request) => self.describe_cluster(call, request),
            RequestKind::DescribeTopicPartitions(request) => self.describe_topic_partitions(call, request),
            RequestKind::DescribeLogDirs(request) => self.describe_log_dirs(call, request),
            RequestKind::CreateTopics(request) => self.create_topics(call, request),
            RequestKind::DeleteTopics(request) => self.delete_topics(call, request),
            RequestKind::CreatePartitions(request) => self.create_partitions(call, request),
            RequestKind::DescribeConfigs(request) => self.describe_configs(call, request),
            RequestKind::AlterConfigs(request) => self.alter_configs(call, request),
            RequestKind::IncrementalAlterConfigs(request) => self.incremental_alter_configs(call, request),
            RequestKind::ListConfigResources(request) => self.list_config_resources(call, request),
            // Logs.
            RequestKind::Produce(request) => self.produce(call, request),
            RequestKind::Fetch(request) => self.fetch(call, request),
            RequestKind::ListOffsets(request) => self.list_offsets(call, request),
            RequestKind::DeleteRecords(request) => self.delete_records(call, request),
            RequestKind::OffsetForLeaderEpoch(request) => self.offset_for_leader_epoch(call, request),
            RequestKind::DescribeProducers(request) => self.describe_producers(call, request),
            // Groups.
            RequestKind::FindCoordinator(request) => self.find_coordinator(call, request),
            RequestKind::JoinGroup(request) => self.join_group(call, request),
            RequestKind::SyncGroup(request) => self.sync_group(call, request),
            RequestKind::Heartbeat(request) => self.heartbeat(call, request),
            RequestKind::LeaveGroup(request) => self.leave_group(call, request),
            RequestKind::OffsetCommit(request) => self.offset_commit(call, request),
            RequestKind::OffsetFetch(request) => self.offset_fetch(call, request),
            RequestKind::OffsetDelete(request) => self.offset_delete(call, request),
            RequestKind::DescribeGroups(request) => self.describe_groups(call, request),
            RequestKind::ListGroups(request) => self.list_groups(call, request),
            RequestKind::DeleteGroups(request) => self.delete_groups(call, request),
            RequestKind::ConsumerGroupHeartbeat(request) => self.consumer_group_heartbeat(call, request),
            RequestKind::ConsumerGroupDescribe(request) => self.consumer_group_describe(call, request),
            // Transactions.
            RequestKind::InitProducerId(request) => self.init_producer_id(call, request),
            RequestKind::AddPartitionsToTxn(request) => self.add_partitions_to_txn(call, request),
            RequestKind::AddOffsetsToTxn(request) => self.add_offsets_to_txn(call, request),
            RequestKind::TxnOffsetCommit(request) => self.txn_offset_commit(call, request),
            RequestKind::EndTxn(request) => self.end_txn(call, request),
            RequestKind::DescribeTransactions(request) => self.describe_transactions(call, request),
            RequestKind::ListTransactions(request) => self.list_transactions(call, request),
            _ => Reply::Never,
        }
    }
}
