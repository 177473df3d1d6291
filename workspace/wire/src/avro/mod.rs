//! Avro by walking bytes along a compiled schema.
//!
//! A [`Shape`] is a schema compiled into a flat table of nodes. [`Shape::value_at`] finds one field and skips the rest;
//! an [`Encoder`] writes a record from values in the order of a message plan. `apache_avro` parses the schemas; no value
//! of it is ever built.

mod compile;
mod default;
mod encoder;
mod list;
mod lookup;
mod read;
mod shape;
mod view;
mod write;

pub use compile::CompileError;
pub use encoder::{Encoder, EncoderError};
pub use read::Malformed;
pub use shape::Shape;
pub use view::{FieldView, Kind, RecordView, Type};
pub use write::EncodeError;

pub(crate) use list::{read_list, write_list};
pub(crate) use read::Reader;
pub(crate) use shape::{FieldShape, Node, NodeId, RecordShape};
pub(crate) use write::{write_block_end, write_boolean, write_bytes, write_double, write_long, write_node};

/// Levels of nesting in a schema or a value. Walking is recursive; real records have fewer than ten.
pub const DEPTH_MAX: usize = 64;

/// Nodes in one compiled schema. Far above real ones; a bound on what a hostile schema costs.
pub const NODES_MAX: usize = 10_000;

/// Values of no bytes (nulls, empty records) in one datum, above one for each of its bytes. Avro can say "an array of
/// 2^60 nulls" in nine bytes; this bounds the work and the memory that such a datum costs.
pub const EMPTY_VALUES_MAX: usize = 10_000;
