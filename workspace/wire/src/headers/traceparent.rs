//! The W3C trace context (<https://www.w3.org/TR/trace-context/>), with ids that are derived instead of drawn.

use std::fmt;

use sha2::{Digest, Sha256};

/// The length of a version 00 `traceparent`.
const TEXT_BYTES: usize = 55;

/// A `traceparent`, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traceparent {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The span within it.
    pub span_id: [u8; 8],
    /// The flags; bit 0: sampled.
    pub flags: u8,
}

impl Traceparent {
    /// Reads the header; `None` when it is not valid. Of a version above 00 only what version 00 defines is read.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let fixed = bytes.get(..TEXT_BYTES)?;
        let [version] = hex(&fixed[..2])?;
        let longer_is_fine = version != 0 && bytes.get(TEXT_BYTES).is_none_or(|next| *next == b'-');
        if version == 0xff || !(bytes.len() == TEXT_BYTES || longer_is_fine) {
            return None;
        }
        if [fixed[2], fixed[35], fixed[52]] != [b'-'; 3] {
            return None;
        }
        let parsed = Self {
            trace_id: hex(&fixed[3..35])?,
            span_id: hex(&fixed[36..52])?,
            flags: hex::<1>(&fixed[53..55])?[0],
        };
        (parsed.trace_id != [0; 16] && parsed.span_id != [0; 8]).then_some(parsed)
    }

    /// Another span of the same trace. The span id follows from the trace and `seed` alone.
    #[must_use]
    pub fn child(&self, seed: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(self.trace_id).chain_update(seed).finalize();
        let mut span_id = [0; 8];
        span_id.copy_from_slice(&digest[..8]);
        Self {
            span_id: not_zero(span_id),
            ..*self
        }
    }

    /// A new, sampled trace. Its ids follow from `seed` alone.
    pub fn root(seed: &[u8]) -> Self {
        let digest = Sha256::digest(seed);
        let (mut trace_id, mut span_id) = ([0; 16], [0; 8]);
        trace_id.copy_from_slice(&digest[..16]);
        span_id.copy_from_slice(&digest[16..24]);
        Self {
            trace_id: not_zero(trace_id),
            span_id: not_zero(span_id),
            flags: 1,
        }
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; TEXT_BYTES];
        put(&mut text[..2], &[0]);
        put(&mut text[3..35], &self.trace_id);
        put(&mut text[36..52], &self.span_id);
        put(&mut text[53..], &[self.flags]);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// A `traceparent` of the trace of `parent` whose span follows from `seed`; a new trace when `parent` is not valid.
pub fn child(parent: &str, seed: &[u8]) -> String {
    Traceparent::parse(parent).map_or_else(|| root(seed), |parent| parent.child(seed).to_string())
}

/// A `traceparent` of a new trace that follows from `seed`.
pub fn root(seed: &[u8]) -> String {
    Traceparent::root(seed).to_string()
}

/// All zeros mean "no id" to the specification.
fn not_zero<const N: usize>(mut id: [u8; N]) -> [u8; N] {
    if id == [0; N] {
        id[N - 1] = 1;
    }
    id
}

/// Lower-case hexadecimal digits, as the specification demands.
fn hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn put(digits: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_specifications_example_is_read_and_written() {
        let parsed = Traceparent::parse(EXAMPLE).unwrap();
        assert_eq!(parsed.flags, 1);
        assert_eq!(parsed.to_string(), EXAMPLE);
    }

    #[test]
    fn a_child_keeps_the_trace_and_has_a_span_of_its_own() {
        let first = child(EXAMPLE, b"d/k/payment/forward/1/1");
        assert_eq!(first, child(EXAMPLE, b"d/k/payment/forward/1/1"));
        assert_ne!(first, child(EXAMPLE, b"d/k/payment/forward/1/2"));
        assert_eq!(first[..36], EXAMPLE[..36]);
        assert_eq!(first[52..], EXAMPLE[52..]);
        assert_ne!(first[36..52], EXAMPLE[36..52]);
    }

    #[test]
    fn without_a_valid_parent_there_is_a_new_trace() {
        assert_eq!(child("nonsense", b"seed"), root(b"seed"));
        assert!(Traceparent::parse(&root(b"seed")).is_some());
        assert_ne!(root(b"seed"), root(b"other"));
    }

    #[test]
    fn what_the_specification_forbids_is_refused() {
        let higher = EXAMPLE.replacen("00", "01", 1);
        assert!(Traceparent::parse(&higher).is_some());
        assert!(Traceparent::parse(&format!("{higher}-more")).is_some());
        for text in [
            String::new(),
            EXAMPLE.to_uppercase(),
            EXAMPLE[..54].to_owned(),
            format!("{EXAMPLE}-more"),
            format!("{higher}more"),
            EXAMPLE.replacen("00", "ff", 1),
            EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            EXAMPLE.replace("00f067aa0ba902b7", &"0".repeat(16)),
            EXAMPLE.replace('-', "_"),
            "€".repeat(20),
        ] {
            assert_eq!(Traceparent::parse(&text), None, "{text}");
        }
    }
}
