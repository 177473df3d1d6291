//! Copies of what is kept for long.

use kafka_protocol::protocol::StrBytes;

/// A copy of a text of a request: the text itself would keep the whole request in memory.
pub(crate) fn owned(text: &StrBytes) -> StrBytes {
    StrBytes::from_string(text.as_str().to_owned())
}
