//! Frames: a length, a header, a body.

use std::io::{self, Read, Write};

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::{
    messages::{ApiKey, RequestHeader},
    protocol::Decodable,
};

/// More than any frame of a test.
const BYTES_MAX: usize = 64 << 20;

/// A request and what its header says.
pub(super) struct Request {
    pub(super) key: ApiKey,
    pub(super) version: i16,
    pub(super) correlation: i32,
    pub(super) client: String,
    /// What follows the header.
    pub(super) body: Bytes,
    /// The whole, without its length.
    pub(super) frame: Bytes,
}

/// Reads the next frame, without its length.
pub(super) fn read(from: &mut impl Read) -> io::Result<Bytes> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > BYTES_MAX {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut frame = BytesMut::zeroed(length);
    from.read_exact(&mut frame)?;
    Ok(frame.freeze())
}

/// A frame as it goes over the wire.
pub(super) fn with_length(frame: &[u8]) -> Vec<u8> {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], frame].concat()
}

/// Writes a frame.
pub(super) fn write(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    to.write_all(&with_length(frame))
}

/// Reads the header of a request.
pub(super) fn request(frame: Bytes) -> io::Result<Request> {
    let mut body = frame.clone();
    if frame.len() < 4 {
        return Err(io::Error::other("a frame without a header"));
    }
    let (key, version) = (frame.slice(0..2).get_i16(), frame.slice(2..4).get_i16());
    let key = ApiKey::try_from(key).map_err(|()| io::Error::other(format!("an unknown request {key}")))?;
    let header = RequestHeader::decode(&mut body, key.request_header_version(version))
        .map_err(|why| io::Error::other(why.to_string()))?;
    Ok(Request {
        key,
        version,
        correlation: header.correlation_id,
        client: header.client_id.map(|id| id.to_string()).unwrap_or_default(),
        body,
        frame,
    })
}

/// To which request a frame answers.
pub(super) fn answers_to(frame: &Bytes) -> io::Result<i32> {
    if frame.len() < 4 {
        return Err(io::Error::other("an answer without a header"));
    }
    Ok(frame.slice(0..4).get_i32())
}
