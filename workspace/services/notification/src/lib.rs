//! The reference notification service.
