//! How values are written: a byte that names the format, then postcard.

use palinode_core::Timestamp;
use serde::{Deserialize, Serialize};

/// The format of keys and values. Whoever changes the core's types that are kept here, or a key, raises it: the store is
/// then rebuilt from the journal.
pub(super) const FORMAT: u8 = 6;

/// What is known besides the sagas, timers and positions.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Summary<'a> {
    /// Offset and event id of the last journal record.
    #[serde(borrow)]
    pub(super) journal: Option<(i64, &'a str)>,
    /// The last time that the task journaled.
    pub(super) clock: Timestamp,
    /// The number of open sagas.
    pub(super) open: u64,
    /// No timer is due before this.
    pub(super) no_timer_before: Timestamp,
}

/// Writes `value` into `buffer`, over what was there.
pub(super) fn encode<T: Serialize>(buffer: &mut Vec<u8>, value: &T) -> Result<(), postcard::Error> {
    buffer.clear();
    buffer.push(FORMAT);
    *buffer = postcard::to_extend(value, std::mem::take(buffer))?;
    Ok(())
}

/// Reads a value; says what is wrong with it when it cannot be read.
pub(super) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
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
    use palinode_core::{ClosedSaga, Outcome, Saga, Sequence};
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
        assert_eq!(decode::<Saga>(&buffer), Ok(closed()));
    }

    #[test]
    fn the_bytes_of_this_format_stay_as_they_are() {
        let mut buffer = Vec::new();
        encode(&mut buffer, &closed()).unwrap();
        assert_eq!(buffer, [6, 2, 0, 14, 2, 172, 2, 0], "when this changes, raise FORMAT");
    }

    #[test]
    fn every_cut_of_a_value_is_refused() {
        let mut buffer = Vec::new();
        encode(&mut buffer, &closed()).unwrap();
        for length in 0..buffer.len() {
            assert!(decode::<Saga>(&buffer[..length]).is_err(), "{length} bytes");
        }
        buffer.push(0);
        assert!(decode::<Saga>(&buffer).unwrap_err().contains("1 bytes after its end"));
    }

    #[test]
    fn another_format_is_refused() {
        assert!(decode::<Saga>(&[FORMAT + 1, 0]).unwrap_err().contains("format 7"));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
            let bytes = [&[FORMAT][..], &bytes].concat();
            let _ = decode::<Saga>(&bytes);
            let _ = decode::<Summary<'_>>(&bytes);
        }
    }
}
