//! An expression that needs CEL when it is evaluated.

use cel::{Context, ExecutionError, IdedExpr};
use palinode_core::{Fields, Value};

use super::{Reference, convert, functions};

thread_local! {
    /// The functions, built once a thread: a context cannot be shared between threads.
    static FUNCTIONS: Context<'static, 'static> = functions::context();
}

/// A rewritten tree and the paths that it looks up.
#[derive(Debug)]
pub(super) struct Program {
    tree: IdedExpr,
    references: Vec<Reference>,
}

impl Program {
    pub(super) fn new(tree: IdedExpr, references: Vec<Reference>) -> Self {
        Self { tree, references }
    }

    /// The value over `fields`; otherwise why there is none.
    ///
    /// A path without a value is an error only when the value is needed: `has(start.x) ? start.x : 0` has one.
    pub(super) fn evaluate(&self, fields: &dyn Fields) -> Result<Value, String> {
        FUNCTIONS.with(|functions| {
            let mut scope = functions.new_inner_scope();
            let mut missing = Vec::new();
            for reference in &self.references {
                match reference.look_up(fields).and_then(|value| convert::to_cel(&value)) {
                    Ok(value) => scope.add_variable_from_value(reference.variable.as_str(), value),
                    Err(reason) => missing.push((reference, reason)),
                }
            }
            let value = cel::Value::resolve(&self.tree, &scope).map_err(|error| explain(error, missing))?;
            convert::from_cel(value)
        })
    }
}

fn explain(error: ExecutionError, missing: Vec<(&Reference, String)>) -> String {
    let undeclared = match &error {
        ExecutionError::UndeclaredReference(name) => Some(name.as_str()),
        _ => None,
    };
    let named = missing
        .iter()
        .position(|(reference, _)| undeclared == Some(reference.variable.as_str()));
    match missing.into_iter().nth(named.unwrap_or(0)) {
        Some((_, reason)) => reason,
        None => convert::told(&error),
    }
}
