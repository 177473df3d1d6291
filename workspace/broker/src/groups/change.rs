//! The durable changes of groups.

use serde::{Deserialize, Serialize};

/// A durable change of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {}
