//! A client that sends typed requests over one connection and reads what comes back, whatever it is.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{RequestHeader, ResponseHeader},
    protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes},
};

/// How long an answer may take: longer than any time-out that the steps name.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// A connection to a broker.
pub(crate) struct Connection {
    address: String,
    stream: TcpStream,
    sent: i32,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Connection {
        Connection {
            address: address.to_owned(),
            stream: stream(address).unwrap_or_else(|error| panic!("no connection to {address}: {error}")),
            sent: 0,
        }
    }

    /// Asks and waits for the answer. A connection that the broker closed is opened again, for the next request.
    pub(crate) fn call<R: Request>(&mut self, version: i16, request: &R) -> io::Result<R::Response> {
        let answer = self.send(version, request).and_then(|()| self.receive::<R>(version));
        if answer.is_err() {
            self.stream = stream(&self.address)?;
        }
        answer
    }

    /// Asks only.
    pub(crate) fn send<R: Request>(&mut self, version: i16, request: &R) -> io::Result<()> {
        self.sent += 1;
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(self.sent)
            .with_client_id(Some(StrBytes::from_static_str("differential")));
        let mut frame = BytesMut::new();
        header
            .encode(&mut frame, R::header_version(version))
            .unwrap_or_else(|error| panic!("the header of API {}: {error}", R::KEY));
        request
            .encode(&mut frame, version)
            .unwrap_or_else(|error| panic!("API {} in version {version}: {error}", R::KEY));
        let length = u32::try_from(frame.len()).expect("a short frame");
        self.stream.write_all(&[&length.to_be_bytes()[..], &frame].concat())
    }

    /// Waits for the answer to the last request.
    pub(crate) fn receive<R: Request>(&mut self, version: i16) -> io::Result<R::Response> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame)?;
        let mut frame = Bytes::from(frame);
        let header = ResponseHeader::decode(&mut frame, R::Response::header_version(version)).expect("a header");
        assert_eq!(header.correlation_id, self.sent, "an answer to another request");
        let answer = R::Response::decode(&mut frame, version);
        Ok(answer.unwrap_or_else(|error| panic!("an answer of version {version} that cannot be read: {error}")))
    }

    /// Whether an answer has begun to come, after waiting a moment for it.
    pub(crate) fn has_answer(&self, patience: Duration) -> bool {
        self.stream.set_read_timeout(Some(patience)).expect("a time-out");
        let came = self.stream.peek(&mut [0; 1]).is_ok();
        self.stream.set_read_timeout(Some(ANSWER_TIME_MAX)).expect("a time-out");
        came
    }
}

fn stream(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
    Ok(stream)
}
