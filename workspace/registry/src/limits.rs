//! The limits of the registry, each with its reason.

/// Bytes in one schema's text. Kafka's own limit for a record, in which each schema is kept.
pub const SCHEMA_BYTES_MAX: usize = 1024 * 1024;

/// Bytes in a request: a schema, escaped as a JSON string, and its references.
pub const REQUEST_BYTES_MAX: usize = 2 * SCHEMA_BYTES_MAX + 64 * 1024;

/// Bytes in a subject's name: a topic's name (249 at most) and a record's.
pub const SUBJECT_BYTES_MAX: usize = 1_000;

/// Subjects in one registry; everything is kept in memory.
pub const SUBJECTS_MAX: usize = 10_000;

/// Versions in one subject; a transitive check looks at all of them.
pub const VERSIONS_MAX: usize = 1_000;

/// Schemas that one schema may refer to, directly or by way of others.
pub const REFERENCES_MAX: usize = 200;

/// Types inside of types that a comparison follows: each takes a frame of the thread's stack.
pub const NESTING_MAX: usize = 200;

/// Characters of an earlier schema that a compatibility message repeats: enough to recognise it.
pub const MESSAGE_SCHEMA_CHARS_MAX: usize = 10_000;
