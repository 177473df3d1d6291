//! How values are written: a byte that names the format, postcard, and a checksum.
//!
//! RocksDB checks its blocks and the records of its log. Our checksum goes from our encoding to our decoding, so it also
//! covers memory on the way, and it covers the key: a value that turns up under another key is noticed.

use palinode_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::format;

/// Bytes of the checksum at the end of a value: CRC-32C of its key and of what stands before.
const CHECKSUM_BYTES: usize = 4;

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
    /// How many batches were written.
    pub(super) batch: u64,
    /// Names the checkpoints that this store's go on from.
    pub(super) lineage: Option<&'a str>,
    /// How many lines were drawn for checkpoints.
    pub(super) lines: u64,
    /// The journal offset that the last checkpoint reflects.
    pub(super) checkpointed: Option<i64>,
}

/// Writes the `value` of `key` into `buffer`, over what was there.
pub(super) fn encode<T: Serialize>(buffer: &mut Vec<u8>, key: &[u8], value: &T) -> Result<(), postcard::Error> {
    buffer.clear();
    format::append(buffer, value)?;
    let checksum = checksum(key, buffer);
    buffer.extend_from_slice(&checksum);
    Ok(())
}

/// Reads the value of `key`; says what is wrong with it when it cannot be read.
pub(super) fn decode<'a, T: Deserialize<'a>>(key: &[u8], bytes: &'a [u8]) -> Result<T, String> {
    format::check(bytes)?;
    let (value, found) = bytes
        .split_last_chunk::<CHECKSUM_BYTES>()
        .ok_or("a value is too short")?;
    if *found != checksum(key, value) {
        return Err(format!("the value of {} has a wrong checksum", key.escape_ascii()));
    }
    format::read(value)
}

fn checksum(key: &[u8], value: &[u8]) -> [u8; CHECKSUM_BYTES] {
    crc32c::crc32c_append(crc32c::crc32c(key), value).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use palinode_core::{ClosedSaga, Outcome, Saga, Sequence};
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::format::FORMAT;

    const KEY: &[u8] = b"a key";

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
        encode(&mut buffer, KEY, &closed()).unwrap();
        assert_eq!(decode::<Saga>(KEY, &buffer), Ok(closed()));
    }

    #[test]
    fn the_bytes_of_this_format_stay_as_they_are() {
        let mut buffer = Vec::new();
        encode(&mut buffer, KEY, &closed()).unwrap();
        let (value, checksum) = buffer.split_at(buffer.len() - CHECKSUM_BYTES);
        assert_eq!(value, [7, 2, 0, 14, 2, 172, 2, 0], "when this changes, raise FORMAT");
        assert_eq!(checksum, crc32c::crc32c(&[KEY, value].concat()).to_le_bytes());
    }

    #[test]
    fn every_cut_of_a_value_is_refused() {
        let mut buffer = Vec::new();
        encode(&mut buffer, KEY, &closed()).unwrap();
        for length in 0..buffer.len() {
            assert!(decode::<Saga>(KEY, &buffer[..length]).is_err(), "{length} bytes");
        }
        buffer.push(0);
        assert!(decode::<Saga>(KEY, &buffer).is_err());
        encode(&mut buffer, KEY, &(closed(), 1u8)).unwrap();
        assert!(
            decode::<Saga>(KEY, &buffer)
                .unwrap_err()
                .contains("1 bytes after its end")
        );
    }

    #[test]
    fn every_flipped_bit_and_every_other_key_is_noticed() {
        let mut buffer = Vec::new();
        encode(&mut buffer, KEY, &closed()).unwrap();
        for bit in 0..buffer.len() * 8 {
            buffer[bit / 8] ^= 1 << (bit % 8);
            assert!(decode::<Saga>(KEY, &buffer).is_err(), "bit {bit}");
            buffer[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(
            decode::<Saga>(b"another", &buffer)
                .unwrap_err()
                .contains("wrong checksum")
        );
    }

    #[test]
    fn another_format_is_refused() {
        assert!(decode::<Saga>(KEY, &[FORMAT + 1, 0]).unwrap_err().contains("format 8"));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
            let mut bytes = [&[FORMAT][..], &bytes].concat();
            let checksum = checksum(KEY, &bytes);
            bytes.extend_from_slice(&checksum);
            let _ = decode::<Saga>(KEY, &bytes);
            let _ = decode::<Summary<'_>>(KEY, &bytes);
        }
    }
}
