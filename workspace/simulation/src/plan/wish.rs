//! What customers and people want.

use serde::{Deserialize, Serialize};

/// Something that a customer or a person does. Orders are numbers from 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Wish {
    /// The order is placed; placed again, when it was before.
    Order {
        /// Its number.
        order: usize,
    },
    /// The order shall be cancelled.
    Cancel {
        /// Its number.
        order: usize,
    },
    /// The payment shall be tried again.
    RetryPayment {
        /// Its number.
        order: usize,
    },
    /// An event that a waiting step waits for arrives.
    Event {
        /// Its number.
        order: usize,
    },
    /// A person answers a question with one of its options.
    Decide {
        /// Its number.
        order: usize,
        /// `approve`, `wave_through`, `reject`, or one that there is not.
        option: usize,
    },
}
