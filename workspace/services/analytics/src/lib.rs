//! The reference analytics service.
