//! A reader that hands the decoders of `kafka-protocol` no length that its frame cannot hold.
//!
//! Those decoders reserve memory for as many elements as a frame claims, before they read the first. This reader stands
//! between: it is not a second decoder, and does not know what it is being asked for. What it knows is that a length
//! never exceeds what remains, and that the content of a string or of bytes is asked for right after its length.

use std::ops::Range;

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::protocol::buf::{ByteBuf, NotEnoughBytesError};

/// The most elements that an array may claim; with elements of a hundred bytes that is a hundred megabytes reserved.
pub(super) const ELEMENTS_MAX: usize = 1 << 20;
/// The most reads that one frame may cause: what is decoded takes far more memory than the frame, but for each part of
/// it the decoder reads at least once.
const READS_MAX: u32 = 1 << 20;
/// The most bytes of a variable-length number of 32 bits.
const VARINT_BYTES_MAX: usize = 5;

/// The guarded reader.
pub(crate) struct Guard<'a> {
    bytes: Bytes,
    total: usize,
    reads: u32,
    failed: bool,
    /// Where numbers stand that an earlier reading proved to be no lengths.
    values: &'a [usize],
    /// Where numbers stand that exceed what remained, and were handed out smaller.
    doubtful: Vec<usize>,
    /// How many bytes of a variable-length number that was looked at have not been handed out.
    number_bytes: usize,
    /// What is handed out in place of a variable-length number, last byte first.
    instead: Vec<u8>,
    /// A number above [`ELEMENTS_MAX`] that may only be a length of bytes.
    length: Option<Length>,
}

struct Length {
    handed_out: usize,
    real: usize,
}

impl<'a> Guard<'a> {
    /// A reader of a frame, told where numbers stand that are no lengths.
    pub(super) fn new(bytes: Bytes, values: &'a [usize]) -> Self {
        Self {
            total: bytes.len(),
            bytes,
            reads: 0,
            failed: false,
            values,
            doubtful: Vec::new(),
            number_bytes: 0,
            instead: Vec::new(),
            length: None,
        }
    }

    /// Where numbers stand that exceeded what remained, once all was read without an error: had one been the length of
    /// an array, its elements would have been missed. None when the reading failed after all.
    pub(super) fn finish(self) -> Option<Vec<usize>> {
        (!self.failed && self.length.is_none()).then_some(self.doubtful)
    }

    fn fail<T>(&mut self, requested: usize) -> Result<T, TryGetError> {
        self.failed = true;
        Err(TryGetError {
            requested,
            available: 0,
        })
    }

    /// Counts a read, and refuses it when the one before handed out a length whose bytes were not asked for.
    fn count_read(&mut self) {
        self.reads += 1;
        if self.reads > READS_MAX || self.length.is_some() {
            self.failed = true;
        }
    }

    fn read_number(&mut self) -> Result<u8, TryGetError> {
        let (value, length_bytes) = varint(&self.bytes);
        let rest = (self.bytes.len() - length_bytes) as u64;
        let Some(value) = value.filter(|value| *value <= rest + 1) else {
            return self.fail(1);
        };
        // It fits, as it is at most one above a frame's length.
        let value = value as usize;
        if value > ELEMENTS_MAX {
            let handed_out = ELEMENTS_MAX + 1;
            self.bytes.advance(length_bytes);
            self.length = Some(Length {
                handed_out,
                real: value,
            });
            self.instead = varint_bytes(handed_out);
            self.instead.reverse();
            return Ok(self.instead.pop().unwrap_or_default());
        }
        self.number_bytes = length_bytes - 1;
        Ok(self.bytes.get_u8())
    }
}

impl Buf for Guard<'_> {
    fn remaining(&self) -> usize {
        if self.failed { 0 } else { self.bytes.len() }
    }

    fn chunk(&self) -> &[u8] {
        if self.failed { &[] } else { &self.bytes }
    }

    // Every read that is not overridden ends here.
    fn advance(&mut self, count: usize) {
        self.count_read();
        self.number_bytes = 0;
        self.instead.clear();
        self.bytes.advance(count.min(self.bytes.len()));
    }

    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        if let Some(byte) = self.instead.pop() {
            return Ok(byte);
        }
        self.count_read();
        if self.remaining() == 0 {
            return self.fail(1);
        }
        if self.number_bytes > 0 {
            self.number_bytes -= 1;
            return Ok(self.bytes.get_u8());
        }
        if self.bytes[0] < 0x80 {
            return Ok(self.bytes.get_u8());
        }
        self.read_number()
    }

    fn try_get_i32(&mut self) -> Result<i32, TryGetError> {
        self.count_read();
        self.number_bytes = 0;
        if self.remaining() < 4 {
            return self.fail(4);
        }
        let at = self.total - self.bytes.len();
        let value = self.bytes.get_i32();
        let rest = self.bytes.len();
        let Ok(claimed) = usize::try_from(value) else {
            return Ok(value);
        };
        if claimed <= rest.min(ELEMENTS_MAX) || self.values.binary_search(&at).is_ok() {
            return Ok(value);
        }
        if claimed <= rest {
            let handed_out = ELEMENTS_MAX;
            self.length = Some(Length {
                handed_out,
                real: claimed,
            });
            return Ok(handed_out as i32);
        }
        if rest >= ELEMENTS_MAX {
            return self.fail(4);
        }
        self.doubtful.push(at);
        // One more than the elements that can follow, so that an array of this length cannot be read.
        Ok(rest as i32 + 1)
    }
}

impl ByteBuf for Guard<'_> {
    fn peek_bytes(&mut self, range: Range<usize>) -> Bytes {
        self.bytes.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        self.bytes.split_to(size)
    }

    fn try_get_bytes(&mut self, size: usize) -> Result<Bytes, NotEnoughBytesError> {
        let size = match self.length.take() {
            // The decoder took nothing off what it was handed, or one, as lengths of compact strings stand for one less.
            Some(length) if size == length.handed_out => length.real,
            Some(length) if size + 1 == length.handed_out => length.real - 1,
            Some(_) => {
                self.failed = true;
                return Err(NotEnoughBytesError);
            }
            None => size,
        };
        self.count_read();
        self.number_bytes = 0;
        if self.remaining() < size {
            return Err(NotEnoughBytesError);
        }
        Ok(self.bytes.split_to(size))
    }
}

/// The number at the beginning and how many bytes it takes; none when it does not end, in the frame or at all. It is not
/// cut to 32 bits: what a decoder makes of it, or of a part of it, is never more.
fn varint(bytes: &[u8]) -> (Option<u64>, usize) {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(VARINT_BYTES_MAX).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if *byte < 0x80 {
            return (Some(value), i + 1);
        }
    }
    (None, bytes.len().min(VARINT_BYTES_MAX))
}

fn varint_bytes(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(VARINT_BYTES_MAX);
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
