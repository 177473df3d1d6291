//! Holds a definition against the Avro schemas of the records that it names.
//!
//! Only what can be known without data is checked: that records and fields exist, that what must be filled is filled, and
//! the types of plain paths and constants. The type of any other expression shows when it is evaluated.

mod assign;
mod avro;
mod check;
mod shape;

pub use check::check_schemas;
