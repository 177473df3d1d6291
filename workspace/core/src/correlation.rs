//! Which saga an event is for, when its record has another key.

use thiserror::Error;

use crate::{Decoder, EvaluationError, Expression, FieldError, FieldName, Fields, Payload, SagaKey, Value, limits};

/// An event names no saga.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Uncorrelated {
    /// The expression has no value.
    #[error(transparent)]
    NoValue(#[from] EvaluationError),
    /// The value is no key.
    #[error("the expression '{expression}' gives no key of a saga: {reason}")]
    NoKey {
        /// The text of the expression.
        expression: String,
        /// Why not.
        reason: String,
    },
}

/// The key of the saga that `event` is for. An expression that gives null means: for none.
///
/// # Errors
/// When the expression has no value for this event, or the value is no key.
pub fn correlated_key(
    key: &dyn Expression,
    event: &Payload,
    decoder: &dyn Decoder,
) -> Result<Option<SagaKey>, Uncorrelated> {
    let no_key = |reason: String| Uncorrelated::NoKey {
        expression: key.source().into(),
        reason,
    };
    let text = match key.evaluate(&EventFields { event, decoder })? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Long(number) => number.to_string().into(),
        _ => return Err(no_key("it is neither text nor a whole number".into())),
    };
    match text.len() {
        0 => Err(no_key("it is empty".into())),
        bytes if bytes > limits::SAGA_KEY_BYTES_MAX => Err(no_key(format!(
            "it has {bytes} bytes, and {} are allowed",
            limits::SAGA_KEY_BYTES_MAX
        ))),
        _ => Ok(Some(text.into())),
    }
}

/// The fields of an event under the name `event`.
struct EventFields<'a> {
    event: &'a Payload,
    decoder: &'a dyn Decoder,
}

impl Fields for EventFields<'_> {
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        match path.split_first() {
            Some((root, rest)) if root.as_str() == "event" => self.decoder.value(self.event, rest),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::correlated_key;
    use crate::{Constant, Expression, Value, testing::*};

    fn key(expression: impl Expression, event: &str) -> Result<Option<String>, String> {
        correlated_key(&expression, &payload(event), &Text)
            .map(|key| key.map(|key| key.to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_key_is_what_the_expression_gives() {
        assert_eq!(key(Field("event.order"), "order=o-7"), Ok(Some("o-7".into())));
        assert_eq!(key(Constant(Value::Long(7)), ""), Ok(Some("7".into())));
        assert_eq!(key(Constant(Value::Null), ""), Ok(None));
    }

    #[test]
    fn what_is_no_key_is_told() {
        assert!(key(Field("event.order"), "").unwrap_err().contains("no such field"));
        assert!(key(Field("event.order"), "order=").unwrap_err().contains("it is empty"));
        assert!(
            key(Constant(Value::Boolean(true)), "")
                .unwrap_err()
                .contains("neither text")
        );
        let long = Constant(Value::String("x".repeat(300).into()));
        assert!(key(long, "").unwrap_err().contains("300 bytes"));
    }
}
