//! The differences that are known, each with how it is recognised.

use crate::{list::DIFFERENCES, steps::Step};

/// A difference between Kafka and the embedded broker.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    /// What Kafka does.
    pub(crate) kafka: &'static str,
    /// What the embedded broker does.
    pub(crate) embedded: &'static str,
    pub(crate) why: &'static str,
    pub(crate) reach: Reach,
    /// Whether the two brokers hold different things after it, so that the rest of the sequence cannot be compared.
    pub(crate) parts: bool,
}

/// Whether the generated sequences lead to a difference.
pub(crate) enum Reach {
    /// They do: it is recognised by the step and by what Kafka and the embedded broker answered.
    Found(fn(&Step, &str, &str) -> bool),
    /// They do in some runs, as the time falls.
    ByTiming(fn(&Step, &str, &str) -> bool),
    /// They do not.
    NotReached,
}

/// The difference that explains two answers to a step.
pub(crate) fn name(step: &Step, kafka: &str, embedded: &str) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| match difference.reach {
        Reach::Found(explains) | Reach::ByTiming(explains) => explains(step, kafka, embedded),
        Reach::NotReached => false,
    })
}
