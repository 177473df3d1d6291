//! Known bytes with some damage.

use std::time::{Duration, Instant};

use bolero::TypeGenerator;

/// Far above what any input takes (milliseconds), far below what a person would call hanging.
const LONGEST: Duration = Duration::from_secs(5);

/// Inputs grow by insertions; nobody sends one of our records or files beyond this without being refused before.
const BYTES_MAX: usize = 64 * 1024;

/// Inputs of one target in a usual run. `BOLERO_RANDOM_ITERATIONS` says another number.
pub(crate) const INPUTS: usize = 5_000;

/// One of the known inputs, or none, and what is done to it.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) struct Input {
    known: u16,
    #[generator(Vec::<Edit>::produce().with().len(0usize..8))]
    edits: Vec<Edit>,
}

/// A change. Places and lengths are taken modulo what there is.
#[derive(Clone, Debug, TypeGenerator)]
enum Edit {
    Set(u16, u8),
    Flip(u16, u8),
    Remove(u16, u8),
    Insert(u16, Vec<u8>),
    Repeat(u16, u8, u8),
    /// A part of another known input.
    Graft(u16, u16, u16, u8),
    /// A number as long as Avro's, YAML's or Kafka's may be.
    Number(u16, u64),
    Cut(u16),
}

impl Input {
    /// The bytes.
    pub(crate) fn bytes(&self, known: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = known[usize::from(self.known) % known.len()].clone();
        for edit in &self.edits {
            edit.apply(&mut bytes, known);
            bytes.truncate(BYTES_MAX);
        }
        bytes
    }
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>, known: &[Vec<u8>]) {
        let place = |at: u16, bytes: &[u8]| usize::from(at) % (bytes.len() + 1);
        match self {
            Self::Set(at, byte) => {
                let at = place(*at, bytes);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Self::Flip(at, bit) => {
                let at = place(*at, bytes);
                if let Some(old) = bytes.get_mut(at) {
                    *old ^= 1 << (bit % 8);
                }
            }
            Self::Remove(at, count) => {
                let at = place(*at, bytes);
                let end = bytes.len().min(at + usize::from(*count));
                bytes.drain(at..end);
            }
            Self::Insert(at, new) => {
                let at = place(*at, bytes);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, count, times) => {
                let at = place(*at, bytes);
                let end = bytes.len().min(at + usize::from(*count));
                let again = bytes[at..end].repeat(usize::from(*times));
                bytes.splice(end..end, again);
            }
            Self::Graft(at, other, from, count) => {
                let other = &known[usize::from(*other) % known.len()];
                let from = place(*from, other);
                let end = other.len().min(from + usize::from(*count));
                let at = place(*at, bytes);
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            Self::Number(at, number) => {
                let at = place(*at, bytes);
                bytes.splice(at..at, varint(*number));
            }
            Self::Cut(at) => {
                let at = place(*at, bytes);
                bytes.truncate(at);
            }
        }
    }
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

/// Runs `read` and fails when it takes too long.
pub(crate) fn soon(bytes: &[u8], read: impl FnOnce(&[u8])) {
    let began = Instant::now();
    read(bytes);
    assert!(
        began.elapsed() < LONGEST,
        "{:?} for {} bytes",
        began.elapsed(),
        bytes.len()
    );
}
