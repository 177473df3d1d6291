//! The durable changes of topics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A durable change of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A topic came into being.
    Created {
        /// Its name.
        name: String,
        /// Its id, never given twice.
        id: Uuid,
        /// How many partitions it has.
        partitions: i32,
        /// The settings that differ from the defaults.
        config: BTreeMap<String, String>,
    },
    /// A topic got more partitions.
    Grown {
        /// Its id.
        id: Uuid,
        /// How many partitions it has from here on.
        partitions: i32,
    },
    /// A topic's settings changed.
    Configured {
        /// Its id.
        id: Uuid,
        /// All of its settings that differ from the defaults.
        config: BTreeMap<String, String>,
    },
    /// A topic and its records went.
    Deleted {
        /// Its id.
        id: Uuid,
    },
    /// So many topics have come into being, those that are gone with them: the summary of their changes. Ids are derived
    /// from the number, so that none is given twice.
    Counted {
        /// How many.
        created: u64,
    },
}
