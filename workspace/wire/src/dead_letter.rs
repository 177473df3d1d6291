//! Dead letters: inputs that cannot be processed, kept with the reason and their original bytes.

use bytes::Bytes;
use palinode_core::Timestamp;

use crate::{Origin, headers};

/// An enum whose variants have a word in the header.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// Why an input cannot be processed: a class for machines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the header.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the header's word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// The value is not in the Confluent frame.
    NotConfluent => "NOT_CONFLUENT",
    /// The registry does not know the schema's id.
    UnknownSchema => "UNKNOWN_SCHEMA",
    /// The registry's schema cannot be used.
    UnusableSchema => "UNUSABLE_SCHEMA",
    /// The bytes do not follow their schema.
    Undecodable => "UNDECODABLE",
    /// The record has no key.
    KeyMissing => "KEY_MISSING",
    /// The key is longer than a saga key may be.
    KeyTooLong => "KEY_TOO_LONG",
    /// The key is no UTF-8 text.
    KeyNotText => "KEY_NOT_TEXT",
    /// The value is larger than a payload may be.
    PayloadTooLarge => "PAYLOAD_TOO_LARGE",
    /// The headers name a saga whose key is not the record's key, or a step that the definition does not have.
    WrongSagaId => "WRONG_SAGA_ID",
    /// A forwarded input stands on the wrong partition again.
    ForwardedTwice => "FORWARDED_TWICE",
    /// A forwarded input does not say where it came from.
    OriginMissing => "ORIGIN_MISSING",
    /// No definition of that name is known here.
    UnknownDefinition => "UNKNOWN_DEFINITION",
    /// The input names a saga that is not known here and cannot be journaled as its rejection.
    UnknownSaga => "UNKNOWN_SAGA",
    /// A command has no idempotency key, or not one of five parts, so that a participant cannot answer it.
    IdempotencyKeyMissing => "IDEMPOTENCY_KEY_MISSING",
    /// A participant cannot use a command: it is of a type that the participant does not know, or its bytes do not follow it.
    CommandUnreadable => "COMMAND_UNREADABLE",
    /// An invariant of the orchestrator broke while it handled this input.
    InvariantBroken => "INVARIANT_BROKEN",
}

/// What the headers of a dead letter say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The class of the reason.
    pub code: ErrorCode,
    /// The reason in words.
    pub reason: String,
    /// Where the input stood first.
    pub origin: Origin,
    /// The input's own timestamp.
    pub timestamp: Timestamp,
}

impl DeadLetter {
    /// The headers to add to the input's own.
    pub fn headers(&self) -> Vec<(&'static str, Bytes)> {
        let mut all = vec![
            (headers::ERROR_CODE, Bytes::from_static(self.code.as_str().as_bytes())),
            (headers::ERROR_REASON, self.reason.clone().into()),
        ];
        all.extend(self.origin.headers());
        all.push((headers::ORIGIN_TIMESTAMP, self.timestamp.0.to_string().into()));
        all.push((
            headers::DEAD_LETTER_ID,
            self.origin.input_id().as_str().to_owned().into(),
        ));
        all
    }

    /// Reads the headers; `None` when one is missing or not understood.
    pub fn read<'a>(all: impl IntoIterator<Item = (&'a str, &'a [u8])> + Clone) -> Option<Self> {
        let text = |name| headers::last(all.clone(), name);
        Some(Self {
            code: ErrorCode::parse(text(headers::ERROR_CODE)?)?,
            reason: text(headers::ERROR_REASON)?.to_owned(),
            timestamp: Timestamp(text(headers::ORIGIN_TIMESTAMP)?.parse().ok()?),
            origin: Origin::read(all)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_is_read_back_from_its_headers() {
        for code in ErrorCode::ALL {
            let letter = DeadLetter {
                code: *code,
                reason: "the value begins with byte 123".to_owned(),
                origin: Origin {
                    topic: "payments.events".into(),
                    partition: 7,
                    offset: 41,
                },
                timestamp: Timestamp(1_700_000_000_000),
            };
            let written = letter.headers();
            let pairs = written.iter().map(|(name, value)| (*name, &**value));
            assert_eq!(
                headers::last(pairs.clone(), headers::DEAD_LETTER_ID),
                Some("payments.events/7/41")
            );
            assert_eq!(DeadLetter::read(pairs), Some(letter));
        }
    }
}
