//! Values, and the traits through which expressions and Avro reach the core.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use thiserror::Error;

use crate::FieldName;

/// A value that an expression gives or a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// An Avro int or long, a CEL int, and times in their schema's unit.
    Long(i64),
    /// An Avro float or double.
    Double(f64),
    /// Text, an Avro enum's symbol, a UUID.
    String(Arc<str>),
    /// An Avro bytes or fixed.
    Bytes(Bytes),
    /// An Avro array.
    List(Vec<Value>),
    /// An Avro record or map, in the order of its schema.
    Record(Vec<(FieldName, Value)>),
}

/// Fields that are looked up by name when an expression asks for them, and not before.
pub trait Fields {
    /// The value at `path`; `None` when there is no such field.
    ///
    /// # Errors
    /// When the field cannot be read.
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError>;
}

/// A compiled expression of a definition.
pub trait Expression: fmt::Debug + Send + Sync {
    /// The value of the expression over `fields`.
    ///
    /// # Errors
    /// When a field is missing or cannot be read, or the operation does not fit its operands.
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError>;

    /// The text that was compiled, for error messages.
    fn source(&self) -> &str;
}

/// A field could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the field '{path}' cannot be read: {reason}")]
pub struct FieldError {
    /// The path of the field, with dots.
    pub path: String,
    /// Why not.
    pub reason: String,
}

/// An expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the expression '{expression}' has no value: {reason}")]
pub struct EvaluationError {
    /// The text of the expression.
    pub expression: String,
    /// Why not.
    pub reason: String,
}
