//! The SDK for services that take part in sagas: handler, deduplication, outbox.
