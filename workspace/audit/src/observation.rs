//! What clients wrote down while the run went on.

use std::sync::Arc;

use palinode_core::TopicName;

/// What a reader or a writer wrote down: what topics alone cannot tell. Those of one client come in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The client.
    pub by: Arc<str>,
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// What it did.
    pub did: Did,
}

/// What a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It reads from this offset on.
    Sought {
        /// The offset.
        offset: i64,
    },
    /// It was handed a record.
    Polled {
        /// Where it stands.
        offset: i64,
        /// Of its value; see [`content_digest`].
        digest: u64,
    },
    /// It was told that its record is written.
    Acknowledged {
        /// Where.
        offset: i64,
        /// Of its value.
        digest: u64,
    },
    /// It was told that its record is written, but not where.
    Confirmed {
        /// Of its value.
        digest: u64,
    },
    /// It was told that its record is not written, and never will be.
    Refused {
        /// Of its value.
        digest: u64,
    },
}

/// The digest of a record's value, without the id of its schema: the same in every run.
#[must_use]
pub fn content_digest(value: Option<&[u8]>) -> u64 {
    let value = value.unwrap_or_default();
    let content = match value {
        [0, _, _, _, _, content @ ..] => content,
        other => other,
    };
    content.iter().fold(FNV_BASIS, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(FNV_PRIME)
    })
}

/// FNV-1a of 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_the_schema_does_not_count() {
        assert_eq!(
            content_digest(Some(b"\0\0\0\0\x07tea")),
            content_digest(Some(b"\0\0\0\0\x09tea"))
        );
        assert_eq!(content_digest(Some(b"tea")), content_digest(Some(b"\0\0\0\0\x09tea")));
        assert_ne!(content_digest(Some(b"tea")), content_digest(Some(b"eat")));
        assert_eq!(content_digest(None), content_digest(Some(b"")));
    }
}
