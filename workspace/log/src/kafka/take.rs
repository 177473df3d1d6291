//! From a message of librdkafka to a record of ours: one allocation for its bytes, names shared.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use rdkafka::{
    Message,
    message::{BorrowedMessage, Headers},
};

use crate::{Consumed, Header, TopicPartition};

/// Header names that are kept; a topic of ours has some ten. Further ones are copied each time.
const NAMES_MAX: usize = 64;

/// The names of headers seen so far.
#[derive(Default)]
pub(super) struct Names(Vec<Arc<str>>);

impl Names {
    /// The shared copy of `name`, which probably stands at `guess`: headers come in the same order every time.
    fn share(&mut self, name: &str, guess: usize) -> Arc<str> {
        if let Some(known) = self.0.get(guess).filter(|known| known.as_ref() == name) {
            return Arc::clone(known);
        }
        if let Some(known) = self.0.iter().find(|known| known.as_ref() == name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.into();
        if self.0.len() < NAMES_MAX {
            self.0.push(Arc::clone(&shared));
        }
        shared
    }
}

/// The bytes that count for a poll's limit.
pub(super) fn size(message: &BorrowedMessage<'_>) -> usize {
    let headers = message.headers().map_or(0, |headers| {
        headers.iter().map(|header| header.value.map_or(0, <[u8]>::len)).sum()
    });
    message.key_len() + message.payload_len() + headers
}

/// Copies `message`, which came from `source` and has `size` bytes.
pub(super) fn take(message: &BorrowedMessage<'_>, source: TopicPartition, size: usize, names: &mut Names) -> Consumed {
    let mut bytes = BytesMut::with_capacity(size);
    let mut copy = |part: &[u8]| {
        bytes.extend_from_slice(part);
        bytes.split().freeze()
    };
    let key = message.key().map(&mut copy);
    let value = message.payload().map(&mut copy);
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        let mut taken = Vec::with_capacity(headers.count());
        for (place, header) in headers.iter().enumerate() {
            let value = header.value.map_or_else(Bytes::new, &mut copy);
            taken.push(Header {
                name: names.share(header.key, place).into(),
                value,
            });
        }
        taken
    });
    Consumed {
        source,
        offset: message.offset(),
        timestamp: message.timestamp().to_millis().unwrap_or(-1),
        key,
        value,
        headers,
    }
}
