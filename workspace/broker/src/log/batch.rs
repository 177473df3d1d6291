//! A v2 record batch: its fixed header, read and patched in place, and its records, which nobody looks into on the way.
//!
//! Layout: <https://kafka.apache.org/documentation/#recordbatch>.

use bytes::Bytes;
use kafka_protocol::records::{NO_PRODUCER_ID, NO_SEQUENCE};

/// Bytes of a batch before its records.
pub(crate) const HEADER_BYTES: usize = 61;
/// Bytes before those that the length field counts.
pub(crate) const LENGTH_OVERHEAD: usize = 12;
/// Where the format's version stands, in all versions of the format.
pub(crate) const MAGIC_AT: usize = 16;
/// Where the bytes begin that the checksum covers.
pub(crate) const CHECKED_FROM: usize = 21;

const COMPRESSION_BITS: i16 = 0b111;
const APPEND_TIME_BIT: i16 = 1 << 3;
const TRANSACTIONAL_BIT: i16 = 1 << 4;
const CONTROL_BIT: i16 = 1 << 5;

/// A record batch as it is kept: a header of its own, and the records as the producer sent them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    header: [u8; HEADER_BYTES],
    records: Bytes,
}

impl Batch {
    /// A batch of these bytes; none when they are too few for a header or are not one batch.
    #[must_use]
    pub fn new(bytes: &Bytes) -> Option<Self> {
        let header: [u8; HEADER_BYTES] = bytes.get(..HEADER_BYTES)?.try_into().ok()?;
        let batch = Self {
            header,
            records: bytes.slice(HEADER_BYTES..),
        };
        (batch.declared_len() == Some(bytes.len())).then_some(batch)
    }

    /// The header's bytes.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The bytes of the records, compressed as the header says.
    #[must_use]
    pub fn records(&self) -> &Bytes {
        &self.records
    }

    /// Bytes of header and records.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // A batch has a header at least.
    pub fn len(&self) -> usize {
        HEADER_BYTES + self.records.len()
    }

    fn declared_len(&self) -> Option<usize> {
        usize::try_from(self.i32_at(8)).ok()?.checked_add(LENGTH_OVERHEAD)
    }

    /// The offset of its first record.
    #[must_use]
    pub fn base_offset(&self) -> i64 {
        self.i64_at(0)
    }

    pub(crate) fn attributes(&self) -> i16 {
        self.i16_at(21)
    }

    pub(crate) fn last_offset_delta(&self) -> i32 {
        self.i32_at(23)
    }

    /// The offset of its last record.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.base_offset() + i64::from(self.last_offset_delta())
    }

    /// The time from which the records' times are counted.
    pub(crate) fn base_timestamp(&self) -> i64 {
        self.i64_at(27)
    }

    pub(crate) fn max_timestamp(&self) -> i64 {
        self.i64_at(35)
    }

    pub(crate) fn producer_id(&self) -> i64 {
        self.i64_at(43)
    }

    pub(crate) fn has_producer(&self) -> bool {
        self.producer_id() != NO_PRODUCER_ID
    }

    pub(crate) fn producer_epoch(&self) -> i16 {
        self.i16_at(51)
    }

    pub(crate) fn base_sequence(&self) -> i32 {
        self.i32_at(53)
    }

    /// The sequence number of the last record: numbers begin again at 0 after the largest.
    pub(crate) fn last_sequence(&self) -> i32 {
        self.sequence_at(i64::from(self.last_offset_delta()))
    }

    fn sequence_at(&self, delta: i64) -> i32 {
        let sequence = i64::from(self.base_sequence()) + delta;
        i32::try_from(sequence % (i64::from(i32::MAX) + 1)).unwrap_or(i32::MAX)
    }

    pub(crate) fn count(&self) -> i32 {
        self.i32_at(57)
    }

    /// The number of the compression.
    pub(crate) fn compression(&self) -> i16 {
        self.attributes() & COMPRESSION_BITS
    }

    pub(crate) fn has_append_time(&self) -> bool {
        self.attributes() & APPEND_TIME_BIT != 0
    }

    pub(crate) fn is_transactional(&self) -> bool {
        self.attributes() & TRANSACTIONAL_BIT != 0
    }

    pub(crate) fn is_control(&self) -> bool {
        self.attributes() & CONTROL_BIT != 0
    }

    /// Whether the checksum is that of the bytes.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.checksum().to_be_bytes() == self.header[17..CHECKED_FROM]
    }

    /// Gives the batch its place in the log; the checksum does not cover it.
    pub(crate) fn place(&mut self, base_offset: i64, leader_epoch: i32) {
        self.header[..8].copy_from_slice(&base_offset.to_be_bytes());
        self.header[12..MAGIC_AT].copy_from_slice(&leader_epoch.to_be_bytes());
    }

    /// Gives all records the time of the append.
    pub(crate) fn set_append_time(&mut self, time: i64) {
        let attributes = self.attributes() | APPEND_TIME_BIT;
        self.header[21..23].copy_from_slice(&attributes.to_be_bytes());
        self.header[35..43].copy_from_slice(&time.to_be_bytes());
        self.seal();
    }

    /// Gives a batch that was cut out of another one that one's end: its last offset and, with it, its last sequence number;
    /// and its kind of time.
    pub(crate) fn end_as(&mut self, whole: &Self) {
        let delta =
            i32::try_from(whole.last_offset() - self.base_offset()).unwrap_or_else(|_| self.last_offset_delta());
        self.header[23..27].copy_from_slice(&delta.to_be_bytes());
        let sequence = if whole.has_producer() {
            whole.sequence_at(self.base_offset() - whole.base_offset())
        } else {
            NO_SEQUENCE
        };
        self.header[53..57].copy_from_slice(&sequence.to_be_bytes());
        if whole.has_append_time() {
            self.set_append_time(whole.max_timestamp());
        } else {
            self.seal();
        }
    }

    /// The batch without its records: it still says which offsets and sequence numbers were its.
    pub(crate) fn emptied(&self) -> Self {
        let mut empty = Self {
            header: self.header,
            records: Bytes::new(),
        };
        let attributes = self.attributes() & !COMPRESSION_BITS;
        let length = (HEADER_BYTES - LENGTH_OVERHEAD) as i32;
        empty.header[8..LENGTH_OVERHEAD].copy_from_slice(&length.to_be_bytes());
        empty.header[21..23].copy_from_slice(&attributes.to_be_bytes());
        empty.header[57..].copy_from_slice(&0_i32.to_be_bytes());
        empty.seal();
        empty
    }

    fn seal(&mut self) {
        let checksum = self.checksum();
        self.header[17..CHECKED_FROM].copy_from_slice(&checksum.to_be_bytes());
    }

    fn checksum(&self) -> u32 {
        crc32c::crc32c_append(crc32c::crc32c(&self.header[CHECKED_FROM..]), &self.records)
    }

    fn i16_at(&self, at: usize) -> i16 {
        i16::from_be_bytes(self.array(at))
    }

    fn i32_at(&self, at: usize) -> i32 {
        i32::from_be_bytes(self.array(at))
    }

    fn i64_at(&self, at: usize) -> i64 {
        i64::from_be_bytes(self.array(at))
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.header[at..at + N]);
        array
    }
}
