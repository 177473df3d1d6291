//! The reference payment service.
