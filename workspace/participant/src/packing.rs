//! Headers and messages as bytes in the database.

use std::borrow::Cow;

use crate::OutMessage;

type Headers = Vec<(Cow<'static, str>, Vec<u8>)>;

/// Headers as bytes: for each its name's and value's lengths (4 bytes each, big endian), name, value.
pub(crate) fn pack(headers: &Headers) -> Vec<u8> {
    let bytes: usize = headers.iter().map(|(name, value)| 8 + name.len() + value.len()).sum();
    let mut packed = Vec::with_capacity(bytes);
    for (name, value) in headers {
        put(&mut packed, name.as_bytes());
        put(&mut packed, value);
    }
    packed
}

/// Reads what [`pack`] wrote; `None` when it is something else.
pub(crate) fn unpack(mut packed: &[u8]) -> Option<Headers> {
    let mut headers = Vec::new();
    while !packed.is_empty() {
        let name = String::from_utf8(take(&mut packed)?.to_vec()).ok()?;
        let value = take(&mut packed)?.to_vec();
        headers.push((Cow::Owned(name), value));
    }
    Some(headers)
}

impl OutMessage {
    /// The message as bytes, for a service that keeps it to publish it later.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.bytes() + 64);
        put(&mut bytes, self.topic.as_bytes());
        for part in [
            self.key.as_deref(),
            self.value.as_deref(),
            self.answers.as_ref().map(String::as_bytes),
        ] {
            bytes.push(u8::from(part.is_some()));
            put(&mut bytes, part.unwrap_or_default());
        }
        bytes.extend_from_slice(&pack(&self.headers));
        bytes
    }

    /// Reads what [`OutMessage::to_bytes`] wrote; `None` when it is something else.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let topic = String::from_utf8(take(&mut bytes)?.to_vec()).ok()?;
        let key = take_optional(&mut bytes)?;
        let value = take_optional(&mut bytes)?;
        let answers = take_optional(&mut bytes)?.map(String::from_utf8).transpose().ok()?;
        Some(Self {
            topic: Cow::Owned(topic),
            key,
            value,
            headers: unpack(bytes)?,
            answers,
        })
    }
}

fn put(into: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(part);
}

fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *from = rest;
    Some(part)
}

fn take_optional(from: &mut &[u8]) -> Option<Option<Vec<u8>>> {
    let (present, rest) = from.split_first()?;
    *from = rest;
    let part = take(from)?;
    Some((*present == 1).then(|| part.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_from_its_bytes() {
        let message = OutMessage {
            topic: "payments.events".into(),
            key: Some(b"7".to_vec()),
            value: None,
            headers: vec![("ce_id".into(), b"x".to_vec()), ("empty".into(), Vec::new())],
            answers: Some("a/b/c/forward/1".into()),
        };
        assert_eq!(OutMessage::from_bytes(&message.to_bytes()), Some(message));
    }

    #[test]
    fn other_bytes_are_no_message() {
        assert_eq!(OutMessage::from_bytes(&[0, 0, 0, 9, 1]), None);
        assert_eq!(unpack(&[0, 0, 0, 1, b'a', 0, 0, 1]), None);
    }
}
