//! The reply table of the documentation.
