//! The durable changes of transactions and producer ids.

use serde::{Deserialize, Serialize};

/// A durable change of a transaction or of the producer ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {}
