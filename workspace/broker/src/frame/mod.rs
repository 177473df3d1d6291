//! Frames: bytes to requests, and responses to bytes.

mod versions;

pub use versions::{SUPPORTED, supported};
