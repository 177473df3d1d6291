//! The functions that expressions have: those of CEL and those on text, without CEL's times and time spans.

use std::sync::Arc;

use cel::{Context, Env, ExecutionError, Value, extensions};

use crate::{limits::LIST_ITEMS_MAX, suggest};

/// The guard in front of every walk. No expression can spell its name.
pub(super) const LIST_GUARD: &str = "@list";

/// What an expression may call, beside operators and walks.
const FUNCTIONS: &[&str] = &[
    "bool",
    "bytes",
    "charAt",
    "contains",
    "double",
    "endsWith",
    "indexOf",
    "int",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "matches",
    "replace",
    "size",
    "split",
    "startsWith",
    "string",
    "substring",
    "trim",
    "upperAscii",
];

/// What the parser turns into walks; known here only to be suggested.
const WALKS: &[&str] = &["all", "exists", "exists_one", "filter", "has", "map"];

/// Whether an expression may call `name`. Operators have names with signs in them.
pub(super) fn is_known(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_alphabetic()) || FUNCTIONS.contains(&name)
}

/// What was probably meant by `name`.
pub(super) fn suggest(name: &str) -> Option<String> {
    suggest::nearest(name, FUNCTIONS.iter().chain(WALKS).copied())
}

/// A context with every function. Building one takes tens of microseconds, so that each thread keeps one.
pub(super) fn context() -> Context<'static, 'static> {
    let mut env = Env::stdlib();
    let added = env.add_extension(extensions::strings);
    assert!(
        added.is_ok(),
        "the functions on text can be added to a new environment: {added:?}"
    );
    let mut context = Context::with_env(Arc::new(env));
    let added = context.add_function(LIST_GUARD, list);
    assert!(added.is_ok(), "the guard can be added to a new context: {added:?}");
    context
}

fn list(value: Value) -> Result<Value, ExecutionError> {
    let refuse = |reason: String| Err(ExecutionError::function_error("walk", reason));
    match &value {
        Value::List(items) if items.len() <= LIST_ITEMS_MAX => Ok(value),
        Value::List(items) => refuse(format!("a list has {} items, more than {LIST_ITEMS_MAX}", items.len())),
        Value::Null => refuse("there is no list to walk over".into()),
        other => refuse(format!("only a list can be walked over, not a {}", other.type_of())),
    }
}
