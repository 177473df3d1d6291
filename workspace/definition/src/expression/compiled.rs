//! A compiled expression.

use std::sync::Arc;

use palinode_core::{EvaluationError, Expression, Fields, Value};

use super::{Reference, program::Program};

/// An expression, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Compiled {
    source: Arc<str>,
    form: Form,
    references: Vec<Reference>,
}

/// How an expression is evaluated.
#[derive(Debug)]
pub(super) enum Form {
    /// One look-up.
    Path(Reference),
    /// Nothing to do.
    Constant(Value),
    /// Everything else.
    Cel(Program),
}

impl Compiled {
    pub(super) fn new(source: &str, form: Form, references: Vec<Reference>) -> Self {
        Self {
            source: source.into(),
            form,
            references,
        }
    }

    /// The paths that the expression looks up.
    pub(crate) fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The path, when the expression is nothing else.
    pub(crate) fn path(&self) -> Option<&Reference> {
        match &self.form {
            Form::Path(reference) => Some(reference),
            Form::Constant(_) | Form::Cel(_) => None,
        }
    }

    /// The value, when it is always the same.
    pub(crate) fn constant(&self) -> Option<&Value> {
        match &self.form {
            Form::Constant(value) => Some(value),
            Form::Path(_) | Form::Cel(_) => None,
        }
    }
}

impl Expression for Compiled {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        let value = match &self.form {
            Form::Path(reference) => reference.look_up(fields),
            Form::Constant(value) => Ok(value.clone()),
            Form::Cel(program) => program.evaluate(fields),
        };
        value.map_err(|reason| EvaluationError {
            expression: self.source.to_string(),
            reason,
        })
    }

    fn source(&self) -> &str {
        &self.source
    }
}
