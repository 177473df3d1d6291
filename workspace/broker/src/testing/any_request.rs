//! Any request that can be read is answered, in words of its version, and the broker goes on.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{ApiKey, RequestHeader},
    protocol::{Encodable, StrBytes},
};
use proptest::prelude::*;

use super::World;
use crate::{
    Call, CallId, ConnectionId, Output, Timestamp,
    frame::{self, Incoming, SUPPORTED},
};

/// How long a broker may keep an answer: longer than any time-out that a request can name.
const END: Timestamp = Timestamp(i64::MAX / 4);

fn frame_of(api: ApiKey, version: i16, body: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    let header = RequestHeader::default()
        .with_request_api_key(api as i16)
        .with_request_api_version(version)
        .with_correlation_id(1)
        .with_client_id(Some(StrBytes::from_static_str("client")));
    header
        .encode(&mut frame, api.request_header_version(version))
        .expect("a header");
    frame.extend_from_slice(body);
    frame.freeze()
}

/// Hands a frame to the broker and writes all of its answers. Says whether the frame was a request, and whether it was
/// answered.
fn ask(world: &mut World, connection: u64, frame: Bytes) -> (bool, bool) {
    let Ok(Incoming::Request(request)) = frame::decode(frame) else {
        return (false, false);
    };
    let id = CallId {
        connection: ConnectionId(connection),
        correlation_id: request.correlation_id,
    };
    let call = Call {
        id,
        version: request.version,
        client_id: request.client_id,
        client_host: StrBytes::from_static_str("/127.0.0.1"),
        now: world.now,
    };
    world.broker.handle(&call, request.body);
    let mut answered = false;
    while let Some(output) = world.broker.next_output() {
        if output.call == id {
            answered = true;
            write(&output, call.version);
        }
    }
    (true, answered)
}

fn write(output: &Output, version: i16) {
    if let Some(response) = &output.response {
        frame::encode(1, response, version).unwrap_or_else(|error| panic!("{response:?} in {version}: {error:?}"));
    }
}

/// Bodies of bytes that many requests can be read from: lengths of them are small, and some of the names in them are the
/// same.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => 0u8..4, 2 => Just(0u8), 1 => Just(b'a'), 1 => Just(0xff), 1 => any::<u8>()];
    prop::collection::vec(byte, 0..120)
}

#[test]
fn every_request_of_the_table_has_a_handler() {
    for (api, versions) in SUPPORTED {
        for version in versions.min..=versions.max {
            // Given a body of zeros, which all requests but few can be read from
            let mut world = World::new();
            world.topic("a", 1);
            let frame = frame_of(*api, version, &[0; 96]);
            // When it is handed in
            let (read, answered) = ask(&mut world, 1, frame);
            // Then it is answered, at once or when its time is up
            if read && !answered {
                world.broker.tick(END);
                let late = world
                    .broker
                    .next_output()
                    .unwrap_or_else(|| panic!("{api:?} {version} is never answered"));
                write(&late, version);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn requests_of_any_content_are_answered_in_words_of_their_version(
        requests in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), bodies()), 1..12),
    ) {
        let mut world = World::new();
        world.topic("a", 2);
        for (connection, (api, version, body)) in (0..).zip(&requests) {
            let (api, versions) = api.get(SUPPORTED);
            let version = versions.min + version.index((versions.max - versions.min + 1) as usize) as i16;
            ask(&mut world, connection, frame_of(*api, version, body));
        }
        for (connection, _) in (0..).zip(&requests) {
            world.broker.disconnected(ConnectionId(connection), world.now);
        }
        world.broker.tick(END);
    }
}
