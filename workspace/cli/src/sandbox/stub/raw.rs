//! Bytes that are written down as hexadecimal digits.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Bytes of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Raw(pub(in super::super) Bytes);

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }
}

impl AsRef<[u8]> for Raw {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digit = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digit).collect();
        let bytes = bytes.ok_or_else(|| D::Error::custom("bytes are written as hexadecimal digits, two for each"))?;
        Ok(Self(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let raw = Raw(Bytes::from_static(&[0, 10, 255]));
        let text = serde_json::to_string(&raw).unwrap();
        assert_eq!(text, "\"000aff\"");
        assert_eq!(serde_json::from_str::<Raw>(&text).unwrap(), raw);
        for wrong in ["\"0\"", "\"0g\"", "\"0ä\""] {
            assert!(serde_json::from_str::<Raw>(wrong).is_err(), "{wrong}");
        }
    }
}
