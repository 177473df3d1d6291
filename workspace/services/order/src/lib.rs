//! The reference order service.
