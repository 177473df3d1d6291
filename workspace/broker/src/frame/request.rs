//! Bytes to requests.

use bytes::{Buf, Bytes};
use kafka_protocol::{
    ResponseError,
    messages::{
        ApiKey, ApiVersionsResponse, RequestHeader, RequestKind, ResponseKind, api_versions_response::ApiVersion,
    },
    protocol::{Decodable, StrBytes},
};

use super::{Error, guard::Guard, limits::frame_bytes_max, supported, versions::decode_body};

/// A request as it came.
#[derive(Debug)]
pub struct Request {
    /// What its response gives back.
    pub correlation_id: i32,
    /// The version of its body and of its response.
    pub version: i16,
    /// How the client calls itself.
    pub client_id: StrBytes,
    /// What it asks.
    pub body: RequestKind,
}

/// What a frame holds.
#[derive(Debug)]
pub enum Incoming {
    /// A request for the broker.
    Request(Request),
    /// ApiVersions in a version that is newer than the broker: the one request that is answered all the same, in version
    /// 0, so that the client can ask again (KIP-511).
    Newer {
        /// What the response gives back.
        correlation_id: i32,
        /// The answer, to be written in version 0.
        response: ResponseKind,
    },
}

/// Reads a frame, without the length before it.
///
/// # Errors
/// The frame is no request that the broker takes; nothing was reserved beyond what the frame holds.
pub fn decode(frame: Bytes) -> Result<Incoming, Error> {
    if frame.len() < 8 {
        return Err(Error::NoHeader);
    }
    let mut start = frame.slice(..8);
    let (api_key, version, correlation_id) = (start.get_i16(), start.get_i16(), start.get_i32());
    let unsupported = Error::Unsupported { api_key, version };
    let Ok(api) = ApiKey::try_from(api_key) else {
        return Err(unsupported);
    };
    if frame.len() > frame_bytes_max(api) {
        return Err(Error::TooLarge {
            bytes: frame.len(),
            max: frame_bytes_max(api),
        });
    }
    let versions = match supported(api) {
        Some(versions) => versions,
        None => return Err(unsupported),
    };
    if version > versions.max && api == ApiKey::ApiVersions {
        return Ok(newer(correlation_id));
    }
    if version < versions.min || version > versions.max {
        return Err(unsupported);
    }
    let request = read_guarded(frame, |guard| {
        let header = RequestHeader::decode(guard, api.request_header_version(version))?;
        Ok((header, decode_body(api, guard, version)?))
    });
    let (header, body) = request.map_err(|source| Error::Body {
        api_key,
        version,
        source,
    })?;
    Ok(Incoming::Request(Request {
        correlation_id,
        version,
        client_id: header.client_id.unwrap_or_default(),
        body,
    }))
}

/// Why something cannot be read.
pub(crate) type ReadError = Box<dyn std::error::Error + Send + Sync>;

/// Reads what a client sent so that no length in it reserves more than its bytes can hold. It is read again when a number was
/// handed out smaller than it is and proved to be no length.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_guarded<T>(
    frame: Bytes,
    decode: impl Fn(&mut Guard<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let (value, doubtful) = read_once(frame.clone(), &[], &decode)?;
    if doubtful.is_empty() {
        return Ok(value);
    }
    Ok(read_once(frame, &doubtful, &decode)?.0)
}

fn read_once<T>(
    frame: Bytes,
    values: &[usize],
    decode: impl Fn(&mut Guard<'_>) -> Result<T, ReadError>,
) -> Result<(T, Vec<usize>), ReadError> {
    let mut guard = Guard::new(frame, values);
    let value = decode(&mut guard)?;
    match guard.finish() {
        Some(doubtful) => Ok((value, doubtful)),
        None => Err("a length that its frame cannot hold".into()),
    }
}

fn newer(correlation_id: i32) -> Incoming {
    let own = supported(ApiKey::ApiVersions).map(|versions| {
        ApiVersion::default()
            .with_api_key(ApiKey::ApiVersions as i16)
            .with_min_version(versions.min)
            .with_max_version(versions.max)
    });
    let response = ApiVersionsResponse::default()
        .with_error_code(ResponseError::UnsupportedVersion.code())
        .with_api_keys(own.into_iter().collect());
    Incoming::Newer {
        correlation_id,
        response: response.into(),
    }
}
