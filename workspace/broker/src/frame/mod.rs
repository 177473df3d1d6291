//! Frames: bytes to requests, and responses to bytes. Whatever comes, reading it ends with a request or an error, and
//! reserves no more than a frame of its size may need.

mod error;
mod guard;
mod limits;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod versions;

pub use error::Error;
pub use limits::{BARE_FRAME_BYTES_MAX, FRAME_BYTES_MAX};
pub(crate) use request::read_guarded;
pub use request::{Incoming, Request, decode};
pub use response::{encode, record_bytes};
pub use versions::{SUPPORTED, supported};
