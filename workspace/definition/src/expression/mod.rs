//! The expressions of a definition, behind the core's `Expression`.
//!
//! A plain path (`start.order_id`) is looked up directly; an expression that refers to nothing is evaluated once, when it
//! is compiled; everything else is CEL. Evaluation is deterministic: there is no clock, no randomness, and no walk over a
//! map, whose order CEL does not define.

mod compile;
mod compiled;
mod convert;
mod functions;
mod program;
mod rewrite;
mod syntax;
mod tree;

pub use compile::compile_expression;
pub(crate) use compile::{Mistake, Parsed, compile};
pub(crate) use compiled::Compiled;
pub(crate) use functions::{FUNCTIONS, Gives, Takes, WALKS, function};
pub(crate) use rewrite::Reference;
pub(crate) use tree::{Extent, Tree};
