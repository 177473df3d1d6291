//! What is durable beside the records: each part of the broker changes its durable state by such a value only, so that
//! a recovery is the same changes applied again, in order.

use serde::{Deserialize, Serialize};

use crate::{groups, log, topics, transactions};

/// A change of durable state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Of topics and their configuration.
    Topics(topics::Change),
    /// Of a partition's log beside its batches, as where it begins.
    Log(log::Change),
    /// Of groups' committed offsets.
    Groups(groups::Change),
    /// Of transactions and producer ids.
    Transactions(transactions::Change),
}
