//! The Confluent frame: a zero byte, the schema's id in four bytes, then Avro's binary form.
//!
//! The newer form, in which a header carries the schema's GUID and the value has no frame, is recognised and refused.

use bytes::Bytes;
use palinode_core::SchemaId;
use thiserror::Error;

/// The first byte of every framed value.
pub const MAGIC: u8 = 0;

/// Bytes before the Avro binary.
pub const HEADER_BYTES: usize = 5;

/// A value is not in the Confluent frame.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Shorter than the frame's header.
    #[error("the value has {bytes} bytes, and the Confluent frame alone has {HEADER_BYTES}")]
    TooShort {
        /// The value's length.
        bytes: usize,
    },
    /// Another first byte.
    #[error("the value begins with byte {first}, and the Confluent frame with {MAGIC}")]
    NotConfluent {
        /// The first byte.
        first: u8,
    },
    /// The schema is named by GUID in a header.
    #[error(
        "the schema is named by GUID in the header '{}', which is not supported: frame the value with the schema's id",
        crate::headers::SCHEMA_GUID
    )]
    SchemaInHeader,
}

/// The schema's id and the Avro binary of a framed value, without a copy.
///
/// # Errors
/// When the value is not framed.
pub fn split(value: &Bytes) -> Result<(SchemaId, Bytes), FrameError> {
    let id = schema_id(value)?;
    Ok((id, value.slice(HEADER_BYTES..)))
}

/// The schema's id of a framed value.
///
/// # Errors
/// When the value is not framed.
pub fn schema_id(value: &[u8]) -> Result<SchemaId, FrameError> {
    match value {
        [MAGIC, a, b, c, d, ..] => Ok(SchemaId(u32::from_be_bytes([*a, *b, *c, *d]))),
        [first, ..] if *first != MAGIC => Err(FrameError::NotConfluent { first: *first }),
        short => Err(FrameError::TooShort { bytes: short.len() }),
    }
}

/// As [`split`], for a message that may carry its schema in a header instead.
///
/// # Errors
/// When the value is not framed, or the message names its schema by GUID in a header.
pub fn split_message(value: &Bytes, schema_guid: Option<&[u8]>) -> Result<(SchemaId, Bytes), FrameError> {
    match schema_guid {
        Some(_) => Err(FrameError::SchemaInHeader),
        None => split(value),
    }
}

/// Writes the frame's header for `schema`.
pub fn write_header(out: &mut Vec<u8>, schema: SchemaId) {
    out.push(MAGIC);
    out.extend_from_slice(&schema.0.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framed_value_splits_into_what_it_was_made_of() {
        let mut framed = Vec::new();
        write_header(&mut framed, SchemaId(0x0102_0304));
        framed.extend_from_slice(b"avro");
        assert_eq!(framed[..5], [0, 1, 2, 3, 4]);
        let split = split(&framed.into()).unwrap();
        assert_eq!(split, (SchemaId(0x0102_0304), Bytes::from_static(b"avro")));
    }

    #[test]
    fn what_is_not_framed_is_refused_with_the_reason() {
        assert_eq!(split(&Bytes::new()), Err(FrameError::TooShort { bytes: 0 }));
        assert_eq!(
            split(&Bytes::from_static(&[0, 0, 0, 1])),
            Err(FrameError::TooShort { bytes: 4 })
        );
        assert_eq!(
            split(&Bytes::from_static(b"{}")),
            Err(FrameError::NotConfluent { first: b'{' })
        );
        let framed = Bytes::from_static(&[0, 0, 0, 0, 1]);
        assert_eq!(split_message(&framed, Some(b"guid")), Err(FrameError::SchemaInHeader));
        assert!(split_message(&framed, None).is_ok());
    }
}
