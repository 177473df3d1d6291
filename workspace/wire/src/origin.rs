//! Where a record stood first: headers of forwarded inputs and of dead letters.

use bytes::Bytes;
use palinode_core::{InputId, TopicName};

use crate::headers;

/// The place of a record's first appearance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl Origin {
    /// The id of the input that stood there: `topic/partition/offset`.
    pub fn input_id(&self) -> InputId {
        format!("{}/{}/{}", self.topic, self.partition, self.offset).into()
    }

    /// The headers that say so.
    pub fn headers(&self) -> [(&'static str, Bytes); 3] {
        [
            (
                headers::ORIGIN_TOPIC,
                Bytes::copy_from_slice(self.topic.as_str().as_bytes()),
            ),
            (headers::ORIGIN_PARTITION, self.partition.to_string().into()),
            (headers::ORIGIN_OFFSET, self.offset.to_string().into()),
        ]
    }

    /// Reads the headers; `None` when one is missing or not a number.
    pub fn read<'a>(all: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        let (mut topic, mut partition, mut offset) = (None, None, None);
        for (name, value) in all {
            let text = || std::str::from_utf8(value).ok();
            match name {
                headers::ORIGIN_TOPIC => topic = text(),
                headers::ORIGIN_PARTITION => partition = text().and_then(|text| text.parse().ok()),
                headers::ORIGIN_OFFSET => offset = text().and_then(|text| text.parse().ok()),
                _ => {}
            }
        }
        Some(Self {
            topic: topic?.into(),
            partition: partition?,
            offset: offset?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_back_from_its_headers() {
        let origin = Origin {
            topic: "orders.events".into(),
            partition: 3,
            offset: 40_000_000_000,
        };
        let written = origin.headers();
        let read = Origin::read(written.iter().map(|(name, value)| (*name, &**value)));
        assert_eq!(read.as_ref(), Some(&origin));
        assert_eq!(origin.input_id().as_str(), "orders.events/3/40000000000");
        assert_eq!(
            Origin::read(written[..2].iter().map(|(name, value)| (*name, &**value))),
            None
        );
    }
}
