//! The names of all headers, and the values that never change.

/// The version of the CloudEvents specification.
pub const CE_SPECVERSION: &str = "ce_specversion";
/// The value of [`CE_SPECVERSION`].
pub const CE_SPECVERSION_VALUE: &str = "1.0";
/// The message's id: two messages of one source with the same id are the same message.
pub const CE_ID: &str = "ce_id";
/// The full name of the record.
pub const CE_TYPE: &str = "ce_type";
/// Who sent it, for example `palinode/shop` or `payment`.
pub const CE_SOURCE: &str = "ce_source";
/// When it happened, in RFC 3339, UTC, with milliseconds.
pub const CE_TIME: &str = "ce_time";
/// The media type of the value.
pub const CONTENT_TYPE: &str = "content-type";
/// The value of [`CONTENT_TYPE`].
pub const CONTENT_TYPE_AVRO: &str = "application/avro";
/// The W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// One id through every message of a saga.
pub const CORRELATION_ID: &str = "correlation-id";
/// The request that a command makes or a reply answers: `definition/saga/step/purpose/round`.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The saga: `definition/key`.
pub const SAGA_ID: &str = "saga-id";
/// The number of the command of its step, from 1, over all rounds.
pub const ATTEMPT: &str = "attempt";
/// Of a record that asks a saga to be a step of another one: which, and how deep, `definition/key/depth`.
pub const SUB_SAGA: &str = "palinode-sub-saga";
/// Carries a schema GUID instead of the frame's id, in newer Confluent clients.
pub const SCHEMA_GUID: &str = "__value_schema_id";
/// The class of the reason of a dead letter.
pub const ERROR_CODE: &str = "palinode-error-code";
/// The reason of a dead letter in words.
pub const ERROR_REASON: &str = "palinode-error-reason";
/// The topic of a forwarded or refused input, without the application's prefix.
pub const ORIGIN_TOPIC: &str = "palinode-origin-topic";
/// The partition of a forwarded or refused input.
pub const ORIGIN_PARTITION: &str = "palinode-origin-partition";
/// The offset of a forwarded or refused input.
pub const ORIGIN_OFFSET: &str = "palinode-origin-offset";
/// The timestamp of a refused input, in milliseconds.
pub const ORIGIN_TIMESTAMP: &str = "palinode-origin-timestamp";
/// The id of a dead letter: the id of the refused input.
pub const DEAD_LETTER_ID: &str = "palinode-dead-letter-id";
