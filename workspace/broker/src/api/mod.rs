//! The handlers of requests, a file for each.

mod describe_cluster;
