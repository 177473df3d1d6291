//! Text into an expression.

use std::sync::Arc;

use cel::{IdedExpr, parser::Parser};
use palinode_core::{Expression, FieldError, FieldName, Fields, Value};

use super::{
    Compiled,
    compiled::Form,
    program::Program,
    rewrite::{self, Reference},
    syntax,
    tree::Tree,
};
use crate::{
    Code,
    limits::{EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX},
};

/// What is wrong inside an expression, and at which characters of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) code: Code,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Mistake {
    /// A mistake of the whole expression.
    pub(super) fn whole(code: Code, text: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            offset: 0,
            length: text.chars().count(),
            message: message.into(),
            hint: None,
        }
    }
}

/// Compiles `text` without looking at where it stands: any name is allowed.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn compile_expression(text: &str) -> Result<Arc<dyn Expression>, String> {
    match compile(text) {
        Ok(parsed) => Ok(Arc::new(parsed.compiled)),
        Err(mistakes) => Err(mistakes
            .into_iter()
            .map(|mistake| mistake.message)
            .collect::<Vec<_>>()
            .join("; ")),
    }
}

/// An expression that can be evaluated, and its parts for the check of types.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) compiled: Compiled,
    pub(crate) tree: Tree,
}

/// Compiles `text`.
pub(crate) fn compile(text: &str) -> Result<Parsed, Vec<Mistake>> {
    bounded(text).map_err(|mistake| vec![mistake])?;
    let parsed = Parser::new().parse_with_source_info(text);
    let (mut tree, places) = parsed.map_err(|errors| vec![syntax::explain(text, &errors)])?;
    let written = tree.clone();
    let found = rewrite::rewrite(text, &mut tree, &places);
    if !found.mistakes.is_empty() {
        return Err(found.mistakes);
    }
    let compiled = formed(text, tree, found.references)?;
    Ok(Parsed {
        compiled,
        tree: Tree::new(text, written, places),
    })
}

/// Chooses how the rewritten `tree` is evaluated.
fn formed(text: &str, tree: IdedExpr, references: Vec<Reference>) -> Result<Compiled, Vec<Mistake>> {
    if references.is_empty() {
        let program = Program::new(tree, Vec::new());
        let value = program.evaluate(&Nothing);
        let value = value.map_err(|reason| {
            vec![Mistake::whole(
                Code::NoValue,
                text,
                format!("the expression has no value: {reason}"),
            )]
        })?;
        return Ok(Compiled::new(text, Form::Constant(value), Vec::new()));
    }
    let form = match plain_path(&tree, &references) {
        Some(path) => Form::Path(path),
        None => Form::Cel(Program::new(tree, references.clone())),
    };
    Ok(Compiled::new(text, form, references))
}

fn plain_path(tree: &IdedExpr, references: &[Reference]) -> Option<Reference> {
    match (&tree.expr, references) {
        (cel::common::ast::Expr::Ident(name), [only]) if !only.presence && *name == only.variable => Some(only.clone()),
        _ => None,
    }
}

/// Refuses what the parser should not even see.
fn bounded(text: &str) -> Result<(), Mistake> {
    let characters = text.chars().count();
    if characters > EXPRESSION_CHARS_MAX {
        let message = format!("the expression has {characters} characters, more than {EXPRESSION_CHARS_MAX}");
        return Err(Mistake::whole(Code::LimitExceeded, text, message));
    }
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > EXPRESSION_DEPTH_MAX {
            let message = format!("the expression has more than {EXPRESSION_DEPTH_MAX} brackets inside each other");
            return Err(Mistake::whole(Code::LimitExceeded, text, message));
        }
    }
    Ok(())
}

/// What an expression that refers to nothing is evaluated over.
struct Nothing;

impl Fields for Nothing {
    fn value(&self, _: &[FieldName]) -> Result<Option<Value>, FieldError> {
        Ok(None)
    }
}
