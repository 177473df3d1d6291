//! The reference warehouse service.
