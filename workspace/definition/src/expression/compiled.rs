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

    /// Whether the expression is one look-up and nothing else.
    pub(crate) fn is_path(&self) -> bool {
        matches!(&self.form, Form::Path(_))
    }

    /// The paths that the expression looks up.
    pub(crate) fn references(&self) -> &[Reference] {
        &self.references
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
