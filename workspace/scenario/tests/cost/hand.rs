//! What an input leads to, in the saga that is written by hand.
#![allow(dead_code, reason = "a message has more than the tests look at")]

use palinode_core::{Attempt, Event, StepIndex, Value};

use super::plain::Order;

/// What an input leads to.
#[derive(Debug, Default)]
pub(crate) struct Hand {
    pub(crate) events: Vec<Event>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) order: Option<Order>,
}

/// A message, or the outcome with the last state.
#[derive(Debug)]
pub(crate) enum Sent {
    Command {
        step: StepIndex,
        attempt: Attempt,
        values: Vec<Value>,
    },
    Emission {
        sequence: u64,
        values: Vec<Value>,
    },
    Outcome {
        last: Box<Order>,
        values: Vec<Value>,
    },
}
