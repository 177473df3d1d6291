//! Holds a definition against the Avro schemas of the records that it names.
//!
//! Records and fields must exist, what must be filled is filled, and every expression is of the type of its place: what
//! it looks up has the types that the schemas say, and the rest follows.

mod avro;
mod check;

pub use check::check_schemas;
