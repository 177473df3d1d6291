//! Forms of a schema's text in which two schemas that are the same are the same text.

mod forms;
mod names;
mod writer;

pub(crate) use forms::{Identity, normalized, self_contained};
