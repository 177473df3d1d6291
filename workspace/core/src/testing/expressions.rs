//! Expressions and a decoder without CEL and Avro: a payload is text like `code=NO_FUNDS;reason=too late`.

use std::sync::Arc;

use crate::{Decoder, EvaluationError, Expression, FieldError, FieldName, Fields, Payload, Value};

/// Reads text payloads.
pub(crate) struct Text;

impl Decoder for Text {
    fn value(&self, payload: &Payload, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let path = path.iter().map(FieldName::as_str).collect::<Vec<_>>().join(".");
        let text = String::from_utf8_lossy(&payload.bytes);
        let found = text
            .split(';')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == path);
        Ok(found.map(|(_, value)| value_of(value)))
    }
}

/// `[a,b]` is a list of texts, and all else a text.
fn value_of(text: &str) -> Value {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some("") => Value::List(Vec::new()),
        Some(list) => Value::List(list.split(',').map(|text| Value::String(text.into())).collect()),
        None => Value::String(text.into()),
    }
}

/// The field at a path with dots; an error when there is none.
#[derive(Debug)]
pub(crate) struct Field(pub(crate) &'static str);

impl Expression for Field {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        let path: Vec<FieldName> = self.0.split('.').map(FieldName::from).collect();
        let missing = |reason: String| EvaluationError {
            expression: self.0.into(),
            reason,
        };
        fields
            .value(&path)
            .map_err(|error| missing(error.to_string()))?
            .ok_or_else(|| missing("no such field".into()))
    }

    fn source(&self) -> &str {
        self.0
    }
}

/// Whether the field at a path is a text.
#[derive(Debug)]
pub(crate) struct Is(pub(crate) &'static str, pub(crate) &'static str);

impl Expression for Is {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        Ok(Value::Boolean(
            Field(self.0).evaluate(fields)? == Value::String(Arc::from(self.1)),
        ))
    }

    fn source(&self) -> &str {
        self.0
    }
}

/// Whether a field has no value.
#[derive(Debug)]
pub(crate) struct IsNull(pub(crate) &'static str);

impl Expression for IsNull {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        Ok(Value::Boolean(Field(self.0).evaluate(fields)? == Value::Null))
    }

    fn source(&self) -> &str {
        self.0
    }
}

/// Has no value, ever.
#[derive(Debug)]
pub(crate) struct Broken;

impl Expression for Broken {
    fn evaluate(&self, _: &dyn Fields) -> Result<Value, EvaluationError> {
        Err(EvaluationError {
            expression: self.source().into(),
            reason: "it is broken".into(),
        })
    }

    fn source(&self) -> &str {
        "broken"
    }
}
