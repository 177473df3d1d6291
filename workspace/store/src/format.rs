//! How values are written: a byte that names the format, then postcard.

use palinode_core::Saga;
use serde::{Deserialize, Serialize};

/// The format of keys and values. Whoever changes the core's types that are kept here, or a key, raises it: stores and
/// snapshots of another format are not read, and are made again from the journal.
pub const FORMAT: u8 = 7;

/// Appends a saga to `out`, as [`saga_from_bytes`] reads it.
///
/// # Errors
/// What went wrong, in words; no saga is known for which it does.
pub fn saga_to_bytes(saga: &Saga, out: &mut Vec<u8>) -> Result<(), String> {
    out.push(FORMAT);
    *out = postcard::to_extend(saga, std::mem::take(out)).map_err(|error| error.to_string())?;
    Ok(())
}

/// Reads a saga.
///
/// # Errors
/// What is wrong with the bytes, in words.
pub fn saga_from_bytes(bytes: &[u8]) -> Result<Saga, String> {
    decode(bytes)
}

/// Writes `value` into `buffer`, over what was there.
pub(crate) fn encode<T: Serialize>(buffer: &mut Vec<u8>, value: &T) -> Result<(), postcard::Error> {
    buffer.clear();
    buffer.push(FORMAT);
    *buffer = postcard::to_extend(value, std::mem::take(buffer))?;
    Ok(())
}

/// Reads a value; says what is wrong with it when it cannot be read.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    let (format, rest) = bytes.split_first().ok_or("a value is empty")?;
    if *format != FORMAT {
        return Err(format!("a value has the format {format} where {FORMAT} was expected"));
    }
    match postcard::take_from_bytes(rest) {
        Ok((value, [])) => Ok(value),
        Ok((_, more)) => Err(format!("a value has {} bytes after its end", more.len())),
        Err(error) => Err(format!("a value cannot be decoded: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::{ClosedSaga, Outcome, Sequence, Timestamp};
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn closed() -> Saga {
        let (at, sequence) = (Timestamp(7), Sequence(300));
        Saga::Closed(ClosedSaga {
            outcome: Outcome::Completed,
            at,
            version: 2,
            sequence,
            memory: None,
        })
    }

    #[test]
    fn a_value_is_read_back_and_the_buffer_is_used_again() {
        let mut buffer = b"something longer that stood in the buffer before".to_vec();
        encode(&mut buffer, &closed()).unwrap();
        assert_eq!(saga_from_bytes(&buffer), Ok(closed()));
        let mut appended = b"before".to_vec();
        saga_to_bytes(&closed(), &mut appended).unwrap();
        assert_eq!(appended.strip_prefix(b"before"), Some(&*buffer));
    }

    #[test]
    fn the_bytes_of_this_format_stay_as_they_are() {
        let mut buffer = Vec::new();
        encode(&mut buffer, &closed()).unwrap();
        assert_eq!(buffer, [7, 2, 0, 14, 2, 172, 2, 0], "when this changes, raise FORMAT");
    }

    #[test]
    fn every_cut_of_a_value_is_refused() {
        let mut buffer = Vec::new();
        encode(&mut buffer, &closed()).unwrap();
        for length in 0..buffer.len() {
            assert!(saga_from_bytes(&buffer[..length]).is_err(), "{length} bytes");
        }
        buffer.push(0);
        assert!(saga_from_bytes(&buffer).unwrap_err().contains("1 bytes after its end"));
    }

    #[test]
    fn another_format_is_refused() {
        assert!(saga_from_bytes(&[FORMAT + 1, 0]).unwrap_err().contains("format 8"));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
            let bytes = [&[FORMAT][..], &bytes].concat();
            let _ = saga_from_bytes(&bytes);
        }
    }
}
