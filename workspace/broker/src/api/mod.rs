//! The handlers of requests, a file for each.

mod add_offsets_to_txn;
mod add_partitions_to_txn;
mod describe_cluster;
mod describe_transactions;
mod end_txn;
mod init_producer_id;
mod list_transactions;
