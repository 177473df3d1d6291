//! The durable changes of transactions and producer ids.

use serde::{Deserialize, Serialize};

use super::{Place, Producer, Transaction};
use crate::Timestamp;

/// A durable change of a transaction or of the producer ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A producer without a transactional id got its producer id.
    ProducerIdGiven {
        /// The id, never given twice.
        producer_id: i64,
    },
    /// A transactional id took a step.
    Stepped {
        /// The transactional id.
        transactional_id: String,
        /// The step.
        step: Step,
        /// When.
        at: Timestamp,
    },
    /// A transactional id that nobody used was forgotten.
    Expired {
        /// The transactional id.
        transactional_id: String,
    },
    /// What all steps of a transactional id have come to: their summary.
    Stands {
        /// The transactional id.
        transactional_id: String,
        /// The id as it stands.
        transaction: Transaction,
    },
}

/// A step of a transactional id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// An instance was initialised: it, and none before it, may write.
    Initialised {
        /// The instance.
        producer: Producer,
        /// The epoch of its predecessor if the same client held that one: by it the client's repeated request is known.
        last_epoch: Option<i16>,
        /// How long its transactions may stay open, in milliseconds.
        timeout_ms: i32,
    },
    /// Places came under the transaction, which is opened by the first of them.
    Joined {
        /// The places.
        places: Vec<Place>,
    },
    /// The outcome is decided; the markers are to be written.
    Ending {
        /// Whether it is a commit.
        committed: bool,
        /// The epoch of the markers.
        epoch: i16,
        /// The epoch before, by which a repeated request is known.
        last_epoch: Option<i16>,
        /// The producer id that follows this one, whose epochs are used up.
        next_producer_id: Option<i64>,
    },
    /// All markers are written.
    Ended,
}
