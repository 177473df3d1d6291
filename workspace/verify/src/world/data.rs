//! Data of which nothing is known: what an expression over it says is picked, and every pick is explored.

use std::cell::RefCell;

use bytes::Bytes;
use palinode_core::{
    Decoder, EvaluationError, Expression, FieldError, FieldName, Fields, Payload, SchemaId, StepIndex, Value,
};

/// What is not known before a move is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Whether a refusal of the step is worth a retry.
    Retry(StepIndex),
    /// Whether the step's condition holds.
    When(StepIndex),
    /// How many elements the step's array has.
    Items(StepIndex),
    /// Whether the time that the step waits for has passed.
    Until(StepIndex),
    /// Whether the step's own deadline has passed.
    Deadline(StepIndex),
}

/// How many elements an array has, by pick: one, none, several. Two stand for all that are more than one.
pub(crate) const ITEMS: [usize; 3] = [1, 0, 2];

impl Unknown {
    /// How many answers there are to pick from, numbered from 0.
    fn answers(self, items_max: u8) -> u8 {
        match self {
            // With one element at the most there is no "several".
            Self::Items(_) => items_max,
            _ => 2,
        }
    }

    fn value(self, pick: u8) -> Value {
        match self {
            Self::Retry(_) | Self::When(_) | Self::Deadline(_) => Value::Boolean(pick == 0),
            Self::Items(_) => Value::List(vec![Value::Null; ITEMS[usize::from(pick) % ITEMS.len()]]),
            Self::Until(_) => Value::Long(if pick == 0 { i64::MIN } else { i64::MAX }),
        }
    }
}

/// What was picked for everything that a move asked, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picks(u32);

/// Bits of one pick.
const BITS: usize = 2;

/// Picks of one move.
const PICKS_MAX: usize = u32::BITS as usize / BITS;

impl Picks {
    fn at(self, place: usize) -> u8 {
        if place >= PICKS_MAX {
            return 0;
        }
        u8::try_from(self.0 >> (place * BITS) & 3).unwrap_or(0)
    }

    /// The picks after these, given what was asked with them: the last one that can be another is the next, and those
    /// behind it begin anew.
    pub(crate) fn next(self, asked: &[Asked]) -> Option<Self> {
        let places = asked.iter().take(PICKS_MAX).enumerate();
        let (place, _) = places.rev().find(|(_, asked)| asked.pick + 1 < asked.answers)?;
        let kept = self.0 & ((1 << (place * BITS)) - 1);
        Some(Self(kept | u32::from(asked[place].pick + 1) << (place * BITS)))
    }
}

/// Whether more was asked than can be told apart.
pub(crate) fn asks_too_much(asked: &[Asked]) -> bool {
    asked.len() > PICKS_MAX
}

/// One thing that a move asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) what: Unknown,
    pub(crate) pick: u8,
    pub(crate) answers: u8,
}

/// Answers what expressions ask, and remembers it.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    picks: Picks,
    asked: RefCell<Vec<Asked>>,
}

impl Oracle {
    pub(super) fn new(picks: Picks) -> Self {
        Self {
            picks,
            asked: RefCell::default(),
        }
    }

    pub(super) fn pick(&self, what: Unknown, items_max: u8) -> u8 {
        let mut asked = self.asked.borrow_mut();
        let answers = what.answers(items_max);
        let pick = self.picks.at(asked.len()).min(answers.saturating_sub(1));
        asked.push(Asked { what, pick, answers });
        pick
    }

    pub(super) fn into_asked(self) -> Vec<Asked> {
        self.asked.into_inner()
    }
}

impl Decoder for Oracle {
    fn value(&self, _: &Payload, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let [name] = path else { return Ok(None) };
        Ok(read(name.as_str()).map(|(what, items_max)| what.value(self.pick(what, items_max))))
    }
}

/// Stands for an expression of the definition.
#[derive(Debug)]
pub(super) struct Open {
    path: [FieldName; 2],
}

impl Open {
    /// An expression whose value is picked. An array has at most as many elements as one of `items_max` lengths allows.
    pub(super) fn new(what: Unknown, items_max: u8) -> Self {
        let (word, step) = match what {
            Unknown::Retry(step) => ("retry", step),
            Unknown::When(step) => ("when", step),
            Unknown::Items(step) => ("items", step),
            Unknown::Until(step) => ("until", step),
            Unknown::Deadline(step) => ("deadline", step),
        };
        let name = format!("?{word}/{}/{items_max}", step.0);
        Self {
            path: [FieldName::from("start"), FieldName::from(name)],
        }
    }
}

impl Expression for Open {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        match fields.value(&self.path) {
            Ok(Some(value)) => Ok(value),
            Ok(None) | Err(_) => Err(EvaluationError {
                expression: self.source().into(),
                reason: "nothing answers it".into(),
            }),
        }
    }

    fn source(&self) -> &str {
        self.path[1].as_str()
    }
}

fn read(name: &str) -> Option<(Unknown, u8)> {
    let mut parts = name.strip_prefix('?')?.split('/');
    let word = parts.next()?;
    let step = StepIndex(parts.next()?.parse().ok()?);
    let items_max = parts.next()?.parse().ok()?;
    let what = match word {
        "retry" => Unknown::Retry(step),
        "when" => Unknown::When(step),
        "items" => Unknown::Items(step),
        "until" => Unknown::Until(step),
        _ => return None,
    };
    Some((what, items_max))
}

/// A payload with nothing in it.
pub(super) fn nothing() -> Payload {
    Payload {
        schema: SchemaId(0),
        bytes: Bytes::new(),
    }
}
