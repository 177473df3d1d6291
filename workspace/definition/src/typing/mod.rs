//! The types of expressions, known without data.
//!
//! A type says what a value can be: its kind, the size of a whole number, the texts that a symbol can be, and whether it
//! may be null. [`infer`] works out the type of an expression from the types of what it looks up, and holds it against
//! the place that it fills; what a condition says (`has(x) ? x : 0`) is known where the condition holds.

mod expect;
mod facts;
mod fit;
mod infer;
mod operators;
mod range;
mod types;
mod walks;

pub(crate) use fit::misfit;
pub(crate) use infer::{Environment, Inference};
pub(crate) use range::Range;
pub(crate) use types::{Decimal, FieldType, RecordType, Type, Unit, Whole};
