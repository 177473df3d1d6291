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
    append(out, saga).map_err(|error| error.to_string())
}

/// Reads a saga.
///
/// # Errors
/// What is wrong with the bytes, in words.
pub fn saga_from_bytes(bytes: &[u8]) -> Result<Saga, String> {
    read(bytes)
}

/// Appends `value` to `out`.
pub(crate) fn append<T: Serialize>(out: &mut Vec<u8>, value: &T) -> Result<(), postcard::Error> {
    out.push(FORMAT);
    *out = postcard::to_extend(value, std::mem::take(out))?;
    Ok(())
}

/// Whether a value has our format; says which one when it has not.
pub(crate) fn check(bytes: &[u8]) -> Result<(), String> {
    match bytes.first() {
        Some(&FORMAT) => Ok(()),
        Some(format) => Err(format!("a value has the format {format} where {FORMAT} was expected")),
        None => Err("a value is empty".into()),
    }
}

/// Reads a value; says what is wrong with it when it cannot be read.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    check(bytes)?;
    match postcard::take_from_bytes(bytes.get(1..).unwrap_or_default()) {
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
    fn a_saga_is_appended_and_read_back() {
        let mut bytes = Vec::new();
        saga_to_bytes(&closed(), &mut bytes).unwrap();
        assert_eq!(saga_from_bytes(&bytes), Ok(closed()));
        let mut appended = b"before".to_vec();
        saga_to_bytes(&closed(), &mut appended).unwrap();
        assert_eq!(appended.strip_prefix(b"before"), Some(&*bytes));
    }

    #[test]
    fn the_bytes_of_this_format_stay_as_they_are() {
        let mut buffer = Vec::new();
        saga_to_bytes(&closed(), &mut buffer).unwrap();
        assert_eq!(buffer, [7, 2, 0, 14, 2, 172, 2, 0], "when this changes, raise FORMAT");
    }

    #[test]
    fn every_cut_of_a_value_is_refused() {
        let mut buffer = Vec::new();
        saga_to_bytes(&closed(), &mut buffer).unwrap();
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
