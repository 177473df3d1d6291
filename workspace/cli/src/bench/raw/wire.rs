//! A connection that waits for each answer, and frames that are encoded once.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, anyhow};
use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{RequestHeader, ResponseHeader},
    protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes},
};

/// Without an answer for this time something is wrong.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Answers come in the order of their requests: they need no numbers.
const CORRELATION_ID: i32 = 1;

/// A connection to a broker.
pub(super) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(super) fn open(bootstrap: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(bootstrap).with_context(|| format!("no connection to {bootstrap}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        Ok(Self {
            stream,
            answer: Vec::new(),
        })
    }

    /// Asks and waits for the answer.
    pub(super) fn call<R: Request>(&mut self, version: i16, request: &R) -> anyhow::Result<R::Response> {
        self.send(&frame(version, request)?)?;
        self.receive::<R>(version)
    }

    pub(super) fn send(&mut self, frame: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(frame)?)
    }

    pub(super) fn receive<R: Request>(&mut self, version: i16) -> anyhow::Result<R::Response> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        self.answer.resize(u32::from_be_bytes(length) as usize, 0);
        self.stream.read_exact(&mut self.answer)?;
        let mut answer = Bytes::copy_from_slice(&self.answer);
        ResponseHeader::decode(&mut answer, R::Response::header_version(version))
            .and_then(|_| R::Response::decode(&mut answer, version))
            .map_err(|error| anyhow!("an answer of API {} cannot be read: {error}", R::KEY))
    }
}

/// A request with its length before it.
pub(super) fn frame<R: Request>(version: i16, request: &R) -> anyhow::Result<Vec<u8>> {
    let failed = |error| anyhow!("a request of API {} cannot be written: {error}", R::KEY);
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(CORRELATION_ID)
        .with_client_id(Some(StrBytes::from_static_str("palinode-bench")));
    let mut content = BytesMut::new();
    header
        .encode(&mut content, R::header_version(version))
        .map_err(failed)?;
    request.encode(&mut content, version).map_err(failed)?;
    let length = u32::try_from(content.len())?;
    Ok([&length.to_be_bytes()[..], &content].concat())
}
