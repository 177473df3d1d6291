//! Records that can never be handled.

use std::borrow::Cow;

use palinode_wire::{dead_letter::ErrorCode, headers};

use crate::{Incoming, OutMessage, outbox::MESSAGE_BYTES_MAX};

/// The dead letter of `incoming`: original key, value and headers, and why.
pub(crate) fn dead_letter(incoming: &Incoming, code: ErrorCode, reason: &str) -> OutMessage {
    let header = |name: &'static str, value: &str| (Cow::Borrowed(name), value.as_bytes().to_vec());
    let mut all: Vec<_> = incoming
        .headers
        .iter()
        .map(|(name, value)| (Cow::Owned(name.clone()), value.clone()))
        .collect();
    all.extend([
        header(headers::ERROR_CODE, code.as_str()),
        header(headers::ERROR_REASON, reason),
        header(headers::ORIGIN_TOPIC, &incoming.topic),
        header(headers::ORIGIN_PARTITION, &incoming.partition.to_string()),
        header(headers::ORIGIN_OFFSET, &incoming.offset.to_string()),
        header(headers::ORIGIN_TIMESTAMP, &incoming.timestamp.to_string()),
        header(headers::DEAD_LETTER_ID, &incoming.position()),
    ]);
    let mut letter = OutMessage {
        topic: Cow::Borrowed(DEAD_LETTERS),
        key: incoming.key.clone(),
        value: incoming.value.clone(),
        headers: all,
        answers: None,
    };
    if letter.bytes() > MESSAGE_BYTES_MAX {
        letter.value = None;
        letter.headers.retain(|(name, _)| name.starts_with("palinode-"));
        letter.headers.push(header(
            "palinode-value-omitted",
            "larger than a dead letter; it stands at its origin",
        ));
    }
    letter
}

/// The topic of dead letters.
pub(crate) const DEAD_LETTERS: &str = "palinode.dead-letters";
