//! Which requests the broker takes, and in which versions.

use kafka_protocol::{
    messages::{self as m, ApiKey, RequestKind},
    protocol::{Decodable, VersionRange, buf::ByteBuf},
};

macro_rules! requests {
    ($($api:ident: $request:ident $min:literal..=$max:literal,)*) => {
        /// Every request that the broker takes, with its oldest and newest version.
        pub const SUPPORTED: &[(ApiKey, VersionRange)] = &[
            $((ApiKey::$api, VersionRange { min: $min, max: $max }),)*
        ];

        /// The versions in which the broker takes a request; none when it does not take it at all.
        pub fn supported(api: ApiKey) -> Option<VersionRange> {
            match api {
                $(ApiKey::$api => Some(VersionRange { min: $min, max: $max }),)*
                _ => None,
            }
        }

        /// Reads the body of a request.
        pub(super) fn decode_body<B: ByteBuf>(
            api: ApiKey,
            bytes: &mut B,
            version: i16,
        ) -> Result<RequestKind, Box<dyn std::error::Error + Send + Sync>> {
            match api {
                $(ApiKey::$api => Ok(RequestKind::$api(m::$request::decode(bytes, version)?)),)*
                _ => Err("a request that is not taken".into()),
            }
        }
    };
}

requests! {
    Produce: ProduceRequest 3..=13,
    Fetch: FetchRequest 4..=18,
    ListOffsets: ListOffsetsRequest 1..=10,
    Metadata: MetadataRequest 0..=13,
    OffsetCommit: OffsetCommitRequest 2..=9,
    OffsetFetch: OffsetFetchRequest 1..=9,
    FindCoordinator: FindCoordinatorRequest 0..=6,
    JoinGroup: JoinGroupRequest 0..=9,
    Heartbeat: HeartbeatRequest 0..=4,
    LeaveGroup: LeaveGroupRequest 0..=5,
    SyncGroup: SyncGroupRequest 0..=5,
    DescribeGroups: DescribeGroupsRequest 0..=6,
    ListGroups: ListGroupsRequest 0..=5,
    ApiVersions: ApiVersionsRequest 0..=4,
    CreateTopics: CreateTopicsRequest 2..=7,
    DeleteTopics: DeleteTopicsRequest 1..=6,
    DeleteRecords: DeleteRecordsRequest 0..=2,
    InitProducerId: InitProducerIdRequest 0..=5,
    OffsetForLeaderEpoch: OffsetForLeaderEpochRequest 2..=4,
    AddPartitionsToTxn: AddPartitionsToTxnRequest 0..=5,
    AddOffsetsToTxn: AddOffsetsToTxnRequest 0..=4,
    EndTxn: EndTxnRequest 0..=5,
    TxnOffsetCommit: TxnOffsetCommitRequest 0..=5,
    DescribeConfigs: DescribeConfigsRequest 1..=4,
    AlterConfigs: AlterConfigsRequest 0..=2,
    DescribeLogDirs: DescribeLogDirsRequest 1..=4,
    CreatePartitions: CreatePartitionsRequest 0..=3,
    DeleteGroups: DeleteGroupsRequest 0..=2,
    IncrementalAlterConfigs: IncrementalAlterConfigsRequest 0..=1,
    OffsetDelete: OffsetDeleteRequest 0..=0,
    DescribeCluster: DescribeClusterRequest 0..=2,
    DescribeProducers: DescribeProducersRequest 0..=0,
    DescribeTransactions: DescribeTransactionsRequest 0..=0,
    ListTransactions: ListTransactionsRequest 0..=2,
    ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest 0..=1,
    ConsumerGroupDescribe: ConsumerGroupDescribeRequest 0..=1,
    ListConfigResources: ListConfigResourcesRequest 0..=1,
    DescribeTopicPartitions: DescribeTopicPartitionsRequest 0..=0,
}
