//! The scenarios that have most to do with how a broker behaves: they are played on real Kafka in every run of the tests.
//! Fencing belongs to them; it is tested more closely, on real Kafka too, in `tests/tests/fencing.rs`.

use crate::{crashes, orders, outages, stock_client, two_nodes};

/// Their names.
pub(crate) const HARDEST: [&str; 10] = [
    orders::POISON,
    outages::PAYMENT_DOWN,
    outages::CANCELLED_IN_TIME,
    outages::CANCELLED_TOO_LATE,
    stock_client::NAME,
    crashes::ORCHESTRATOR,
    crashes::STATE_DELETED,
    crashes::PARTICIPANTS,
    two_nodes::KILLED,
    two_nodes::STOPPED,
];
