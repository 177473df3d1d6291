//! Names, numbers and ids, each of a type of its own.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::limits;

/// A name that is cheap to clone and to share.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<Arc<str>>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

name! {
    /// The name of a definition, for example `order-fulfilment`.
    DefinitionName
}
name! {
    /// The key of a saga: the key of its start record, and the partition key everywhere.
    SagaKey
}
name! {
    /// The key of a lock, for example `seat/7`.
    LockKey
}
name! {
    /// The id of a step within its definition, for example `payment`.
    StepName
}
name! {
    /// The name of a Kafka topic, without the application's topic prefix.
    TopicName
}
name! {
    /// The full name of an Avro record, for example `shop.orders.OrderPlaced`.
    RecordName
}
name! {
    /// The name of a field of an Avro record.
    FieldName
}
name! {
    /// Where an input came from: `topic/partition/offset` of its first appearance, or `timer/<kind>/<due>`.
    InputId
}

impl StepName {
    /// The name of the step in its definition: of `pick[3]`, the fourth item of a step, `pick`.
    pub fn template(&self) -> &str {
        self.as_str().split_once('[').map_or(self.as_str(), |(step, _)| step)
    }
}

/// Names one running instance of a definition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SagaId {
    /// The definition that the saga follows.
    pub definition: DefinitionName,
    /// The key that the saga shares with all of its messages.
    pub key: SagaKey,
}

impl SagaId {
    /// The id of the saga of `definition` with `key`.
    pub fn new(definition: impl Into<DefinitionName>, key: impl Into<SagaKey>) -> Self {
        Self {
            definition: definition.into(),
            key: key.into(),
        }
    }
}

impl fmt::Display for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.definition, self.key)
    }
}

impl fmt::Debug for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The position of a step in its plan. Steps stand in topological order.
///
/// An item of a step that is done for each element of an array has an index of its own, which holds the position of the
/// step and the number of the item. So it can be named without a look at the saga, and is the same in every saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepIndex(pub u16);

/// The bits of the position in the plan; they hold more than [`limits::STEPS_MAX`]. The others count the item from 1.
const STEP_BITS: u32 = 7;

const _: () = assert!(limits::STEPS_MAX <= 1 << STEP_BITS && limits::ITEMS_MAX < 1 << (u16::BITS - STEP_BITS));

impl StepIndex {
    /// The index into slices of steps; of an item, beyond all of them.
    pub fn at(self) -> usize {
        usize::from(self.0)
    }

    /// The step in the plan: the step itself, or the one that this is an item of.
    #[must_use]
    pub fn template(self) -> Self {
        Self(self.0 & ((1 << STEP_BITS) - 1))
    }

    /// The number of the item, from 0; none when this is not an item.
    pub fn item(self) -> Option<u16> {
        (self.0 >> STEP_BITS).checked_sub(1)
    }

    /// The item `number` of this step; `None` when this is an item itself, or the number is above the limit.
    pub fn of_item(self, number: u16) -> Option<Self> {
        let fits = self == self.template() && usize::from(number) < limits::ITEMS_MAX;
        fits.then(|| Self(self.0 | ((number + 1) << STEP_BITS)))
    }
}

/// The position of a message in [`crate::Plan::messages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageIndex(pub u16);

impl MessageIndex {
    /// The index into slices of messages.
    pub fn at(self) -> usize {
        usize::from(self.0)
    }
}

/// Counts the requests of one step for one purpose, from 1. A retry of an unknown outcome stays in its round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Round(pub u32);

/// Counts the commands sent for one step and purpose, from 1, over all rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attempt(pub u32);

/// Counts the events of one saga, from 1. Zero stands for an event of a saga that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sequence(pub u64);

impl Sequence {
    /// The number of the event that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Whether a command does a step or takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// Do the step.
    Forward,
    /// Take the step back.
    Compensation,
}

impl Purpose {
    /// The word used in idempotency keys and in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Compensation => "compensation",
        }
    }
}

/// Names one request: a participant does at most once what it is asked under one key.
///
/// Its text is `definition/saga/step/purpose/round`; a `/` or `%` inside the saga key is percent-encoded, so that the
/// text splits into exactly five parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey {
    /// The saga that asks.
    pub saga: SagaId,
    /// The step that is asked for.
    pub step: StepName,
    /// Whether the step is to be done or taken back.
    pub purpose: Purpose,
    /// The request of this step.
    pub round: Round,
}

impl IdempotencyKey {
    /// Reads the text form; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let definition = parts.next().filter(|part| !part.is_empty())?;
        let key = parts.next().filter(|part| !part.is_empty())?;
        let step = parts.next().filter(|part| !part.is_empty())?;
        let purpose = match parts.next()? {
            "forward" => Purpose::Forward,
            "compensation" => Purpose::Compensation,
            _ => return None,
        };
        let round = Round(parts.next()?.parse().ok()?);
        if parts.next().is_some() {
            return None;
        }
        let key = key.replace("%2F", "/").replace("%25", "%");
        Some(Self {
            saga: SagaId::new(definition, key),
            step: step.into(),
            purpose,
            round,
        })
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.saga.definition)?;
        for character in self.saga.key.as_str().chars() {
            match character {
                '%' => f.write_str("%25")?,
                '/' => f.write_str("%2F")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        write!(f, "/{}/{}/{}", self.step, self.purpose.as_str(), self.round.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_read_back_from_its_text() {
        let key = IdempotencyKey {
            saga: SagaId::new("order-fulfilment", "eu/7%2F"),
            step: "payment".into(),
            purpose: Purpose::Compensation,
            round: Round(3),
        };
        assert_eq!(key.to_string(), "order-fulfilment/eu%2F7%252F/payment/compensation/3");
        assert_eq!(IdempotencyKey::parse(&key.to_string()), Some(key));
    }

    #[test]
    fn other_text_is_no_idempotency_key() {
        for text in [
            "",
            "a/b/c/forward",
            "a/b/c/forward/x",
            "a/b/c/sideways/1",
            "a/b/c/forward/1/2",
            "//c/forward/1",
        ] {
            assert_eq!(IdempotencyKey::parse(text), None, "{text}");
        }
    }
}
