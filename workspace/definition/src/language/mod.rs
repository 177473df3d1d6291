//! The language of definitions, described: every key with its form, its default and its meaning.
//!
//! The description stands next to the reader of each part (`raw`), and is the one source of three things: the reader takes
//! keys by it, [`json_schema`] is the JSON Schema for editors, and [`reference`] is the page for people.

mod form;
mod key;
mod names;
mod page;
mod parts;
mod schema;
mod usual;

pub(crate) use form::{Count, EntriesOf, Expr, Fields, Form, ListOf, Number, Span, Text, Truth, Word, Words};
pub(crate) use key::{Described, Key, Need, Rule, Section};
pub(crate) use names::{Name, Shape};
pub use page::reference;
pub(crate) use parts::{Either, Part};
pub use schema::json_schema;
pub(crate) use usual::Usual;
