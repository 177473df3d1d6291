//! Idempotency keys, as in the IETF draft `draft-ietf-httpapi-idempotency-key-header-07`.
//!
//! A key names one wish of one caller. The stored answers are in [`crate::tables`]; here are the key itself, the
//! fingerprint by which another body is told from a repeat, and the keys whose first call has no answer yet.

use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::Placement;

/// Characters of a key; a UUID takes 36.
pub(crate) const KEY_CHARS_MAX: usize = 255;

/// The value of an `Idempotency-Key` header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header: a quoted string as the draft wants it, or the bare text that many clients send.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let text = header.trim();
        let text = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"')?,
            None => text,
        };
        let is_key = (1..=KEY_CHARS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
        is_key.then(|| Self(text.into()))
    }

    /// The text of the key.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells whether two bodies ask for the same: spaces and the order of fields do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// The fingerprint of a body.
    pub(crate) fn of(placement: &Placement) -> Self {
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        };
        part(&placement.customer_id);
        part(&placement.customer_name);
        part(&placement.currency);
        part(&placement.total_minor.to_string());
        for item in &placement.items {
            part(&item.sku);
            part(&item.quantity.to_string());
        }
        Self(digest.finalize().to_vec())
    }

    /// The bytes that are stored.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The keys whose first call is still running.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Arc<Mutex<BTreeSet<IdempotencyKey>>>);

impl Running {
    /// Notes that a call with `key` runs; `None` when one runs already. The call has ended when the answer is dropped.
    pub(crate) fn enter(&self, key: &IdempotencyKey) -> Option<RunningCall> {
        self.0.lock().insert(key.clone()).then(|| RunningCall {
            running: self.clone(),
            key: key.clone(),
        })
    }
}

/// A call that runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct RunningCall {
    running: Running,
    key: IdempotencyKey,
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.running.0.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Item;

    #[test]
    fn a_key_is_read_quoted_or_bare() {
        assert_eq!(
            IdempotencyKey::parse("\"8e03978e\""),
            IdempotencyKey::parse(" 8e03978e ")
        );
        for header in [
            "",
            "\"\"",
            "\"open",
            "a\"b",
            "a\\b",
            "ä",
            &"k".repeat(KEY_CHARS_MAX + 1),
        ] {
            assert_eq!(IdempotencyKey::parse(header), None, "{header}");
        }
        assert!(IdempotencyKey::parse(&"k".repeat(KEY_CHARS_MAX)).is_some());
    }

    #[test]
    fn a_fingerprint_tells_bodies_apart_and_not_their_spelling() {
        let read = |text: &str| Fingerprint::of(&serde_json::from_str(text).unwrap());
        let one = r#"{"customer_id":"c","customer_name":"A","items":[{"sku":"tea","quantity":1}],"total_minor":5,"currency":"EUR"}"#;
        let respelled = r#"{ "currency":"EUR", "total_minor":5, "items":[{"quantity":1,"sku":"tea"}], "customer_name":"A", "customer_id":"c" }"#;
        assert_eq!(read(one), read(respelled));
        assert_ne!(read(one), read(&one.replace("\"quantity\":1", "\"quantity\":2")));
        let placement: Placement = serde_json::from_str(one).unwrap();
        let longer = Placement {
            items: vec![
                placement.items[0].clone(),
                Item {
                    sku: "cup".into(),
                    quantity: 1,
                },
            ],
            ..placement.clone()
        };
        assert_ne!(Fingerprint::of(&placement), Fingerprint::of(&longer));
    }

    #[test]
    fn a_key_runs_until_its_call_is_dropped() {
        let running = Running::default();
        let key = IdempotencyKey::parse("k").unwrap();
        let call = running.enter(&key);
        assert!(call.is_some() && running.enter(&key).is_none());
        drop(call);
        assert!(running.enter(&key).is_some());
    }
}
