//! Rust structs as Avro records, by serde.
//!
//! Decoding goes by the writer's schema: fields that the struct does not have are skipped, and fields that the writer
//! did not have take the default of the reader's schema. Renamed fields (aliases) are not followed.

mod codec;
mod de;
mod error;
mod record;
mod ser;

pub use codec::RecordCodec;
pub use error::Error;
pub use ser::to_value;

pub(crate) use de::from_bytes;
