//! Responses to bytes.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{ResponseHeader, ResponseKind},
    protocol::Encodable,
};

use super::Error;

/// What a response takes in bytes that has no records, for most.
const BARE_RESPONSE_BYTES: usize = 256;

/// Writes a response, with the length before it.
///
/// # Errors
/// The response cannot be said in this version, or is longer than a length can say.
pub fn encode(correlation_id: i32, response: &ResponseKind, version: i16) -> Result<Bytes, Error> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Response { version, source };
    let mut bytes = BytesMut::with_capacity(BARE_RESPONSE_BYTES + record_bytes(response));
    bytes.put_i32(0);
    ResponseHeader::default()
        .with_correlation_id(correlation_id)
        .encode(&mut bytes, response.header_version(version))
        .map_err(|error| failed(error.into()))?;
    response
        .encode(&mut bytes, version)
        .map_err(|error| failed(error.into()))?;
    let length = i32::try_from(bytes.len() - 4).map_err(|error| failed(error.into()))?;
    bytes[..4].copy_from_slice(&length.to_be_bytes());
    Ok(bytes.freeze())
}

/// How many bytes of records a response carries, and something for what is around them.
pub fn record_bytes(response: &ResponseKind) -> usize {
    let ResponseKind::Fetch(fetch) = response else {
        return 0;
    };
    let partitions = fetch.responses.iter().flat_map(|topic| &topic.partitions);
    let bytes = |records: &Option<Bytes>| BARE_RESPONSE_BYTES + records.as_ref().map_or(0, Bytes::len);
    partitions.map(|partition| bytes(&partition.records)).sum()
}
