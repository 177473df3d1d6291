use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{ApiKey, ApiVersionsResponse, RequestHeader, RequestKind, ResponseHeader},
    protocol::{Decodable, Encodable, StrBytes},
};
use proptest::prelude::*;

use super::*;

/// The header of a request, as its API and version have it.
fn header(api: ApiKey, version: i16) -> BytesMut {
    let mut bytes = BytesMut::new();
    RequestHeader::default()
        .with_request_api_key(api as i16)
        .with_request_api_version(version)
        .with_correlation_id(7)
        .with_client_id(Some(StrBytes::from_static_str("client")))
        .encode(&mut bytes, api.request_header_version(version))
        .expect("a header");
    bytes
}

fn every_version() -> Vec<(ApiKey, i16)> {
    let versions = SUPPORTED
        .iter()
        .flat_map(|(api, versions)| (versions.min..=versions.max).map(|v| (*api, v)));
    versions.collect()
}

fn read(frame: &[u8]) -> Result<Incoming, Error> {
    decode(Bytes::copy_from_slice(frame))
}

/// Frames of all requests that the unguarded decoder reads to an end, found by feeding it bytes of one value: most
/// shapes of arrays, null and empty, come out of it.
fn readable_bodies(api: ApiKey, version: i16) -> Vec<Bytes> {
    let fillings = [[0u8; 96], [1; 96], [2; 96]];
    let bodies = fillings.iter().filter_map(|filling| {
        let mut frame = header(api, version);
        frame.extend_from_slice(filling);
        decode(frame.clone().freeze()).ok().map(|_| frame.freeze())
    });
    bodies.collect()
}

#[test]
fn most_requests_are_read_in_all_versions_and_say_what_they_are() {
    let mut read_versions = 0;
    for (api, version) in every_version() {
        for frame in readable_bodies(api, version) {
            let Ok(Incoming::Request(request)) = decode(frame) else {
                panic!("{api:?} {version} is no request");
            };
            assert_eq!(
                (request.correlation_id, request.version, &*request.client_id),
                (7, version, "client")
            );
            read_versions += 1;
        }
    }
    assert!(read_versions > every_version().len(), "only {read_versions} were read");
}

#[test]
fn what_is_encoded_is_read_back_as_it_was() {
    use kafka_protocol::messages as m;
    // Given requests with long content and with numbers far above what their frame holds
    let records = Bytes::from(vec![9; 3 << 20]);
    let partition = m::produce_request::PartitionProduceData::default()
        .with_index(3)
        .with_records(Some(records));
    let topic = |version: i16| {
        let topic = m::produce_request::TopicProduceData::default().with_partition_data(vec![partition.clone()]);
        match version {
            13.. => topic.with_topic_id(uuid::Uuid::from_u128(5)),
            _ => topic.with_name(m::TopicName(StrBytes::from_static_str("orders"))),
        }
    };
    for version in 3..=13 {
        let produce = m::ProduceRequest::default()
            .with_acks(-1)
            .with_timeout_ms(30_000)
            .with_topic_data(vec![topic(version)]);
        // When it is written and read
        let mut frame = header(ApiKey::Produce, version);
        produce.encode(&mut frame, version).expect("a request");
        let Ok(Incoming::Request(request)) = decode(frame.freeze()) else {
            panic!("Produce {version} is not read");
        };
        // Then it is the same
        assert_eq!(request.body, RequestKind::Produce(produce));
    }
    for version in 4..=12 {
        let partition = m::fetch_request::FetchPartition::default().with_partition_max_bytes(i32::MAX);
        let topic = m::fetch_request::FetchTopic::default()
            .with_topic(m::TopicName(StrBytes::from_static_str("orders")))
            .with_partitions(vec![partition]);
        let fetch = m::FetchRequest::default()
            .with_max_wait_ms(500)
            .with_max_bytes(50 << 20)
            .with_topics(vec![topic]);
        let mut frame = header(ApiKey::Fetch, version);
        fetch.encode(&mut frame, version).expect("a request");
        let Ok(Incoming::Request(request)) = decode(frame.freeze()) else {
            panic!("Fetch {version} is not read");
        };
        assert_eq!(request.body, RequestKind::Fetch(fetch));
    }
}

#[test]
fn lengths_that_the_frame_cannot_hold_are_refused_wherever_they_stand() {
    let bombs: [&[u8]; 6] = [
        &[0x7f, 0xff, 0xff, 0xff],
        &[0x40, 0x00, 0x00, 0x00],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81, 0xff, 0xff, 0xff, 0xff, 0x07],
        &[0xff, 0xff, 0xff, 0x7f],
    ];
    for (api, version) in every_version() {
        let start = header(api, version).len();
        for frame in readable_bodies(api, version) {
            for at in start..frame.len().min(start + 64) {
                for bomb in bombs {
                    // A frame that ends with the bomb, and one in which bytes follow.
                    let ending = [&frame[..at], bomb].concat();
                    let _whatever = read(&ending);
                    let going_on = [&ending, &frame[at..]].concat();
                    let _whatever = read(&going_on);
                }
            }
        }
    }
}

#[test]
fn an_array_of_claimed_elements_is_refused_and_a_number_as_large_is_not() {
    // Given Metadata in version 0, which is an array and nothing else
    let mut claims = header(ApiKey::Metadata, 0);
    claims.extend_from_slice(&i32::MAX.to_be_bytes());
    // When it claims elements that are not there, at the end and before other bytes
    assert!(read(&claims).is_err());
    claims.extend_from_slice(&[0; 40]);
    assert!(read(&claims).is_err());
    // Then it is refused; but a time-out at the end of a frame may be as large
    let mut deletes = header(ApiKey::DeleteTopics, 1);
    deletes.extend_from_slice(&[0, 0, 0, 0]);
    deletes.extend_from_slice(&i32::MAX.to_be_bytes());
    let Ok(Incoming::Request(request)) = read(&deletes) else {
        panic!("a time-out is no length");
    };
    let RequestKind::DeleteTopics(request) = request.body else {
        panic!("another request");
    };
    assert_eq!(request.timeout_ms, i32::MAX);
}

#[test]
fn frames_have_a_largest_size_and_only_records_may_fill_it() {
    let mut frame = header(ApiKey::Metadata, 1);
    frame.resize(BARE_FRAME_BYTES_MAX + 1, 0);
    assert!(matches!(decode(frame.freeze()), Err(Error::TooLarge { .. })));
    let mut frame = header(ApiKey::Produce, 9);
    frame.resize(FRAME_BYTES_MAX + 1, 0);
    assert!(matches!(decode(frame.freeze()), Err(Error::TooLarge { .. })));
}

#[test]
fn many_small_elements_end_before_they_take_much_memory() {
    // Given a frame of the largest size that is one array of topics without names
    let mut frame = header(ApiKey::Metadata, 0);
    let elements = ((BARE_FRAME_BYTES_MAX - frame.len() - 4) / 2) as i32;
    frame.extend_from_slice(&elements.to_be_bytes());
    frame.resize(frame.len() + 2 * elements as usize, 0);
    // Then it is not read to its end
    assert!(decode(frame.freeze()).is_err());
}

#[test]
fn unknown_requests_and_versions_are_refused() {
    for (api_key, version) in [
        (0i16, 2i16),
        (0, 99),
        (0, -1),
        (4, 0),
        (17, 1),
        (55, 0),
        (999, 0),
        (-1, 0),
        (18, -1),
    ] {
        let frame = [&api_key.to_be_bytes()[..], &version.to_be_bytes(), &[0; 32]].concat();
        assert!(
            matches!(read(&frame), Err(Error::Unsupported { .. })),
            "{api_key} {version}"
        );
    }
    assert!(matches!(read(&[0, 18, 0]), Err(Error::NoHeader)));
}

#[test]
fn a_newer_client_learns_which_versions_there_are() {
    // Given ApiVersions in a version of the future
    let frame = [
        &18i16.to_be_bytes()[..],
        &77i16.to_be_bytes(),
        &5i32.to_be_bytes(),
        &[1, 2, 3],
    ]
    .concat();
    // When it is read
    let Ok(Incoming::Newer {
        correlation_id,
        response,
    }) = read(&frame)
    else {
        panic!("it is not answered");
    };
    // Then the answer, in version 0, says so and names the versions of ApiVersions itself
    let mut bytes = encode(correlation_id, &response, 0).expect("a frame").slice(4..);
    assert_eq!(
        ResponseHeader::decode(&mut bytes, 0).expect("a header").correlation_id,
        5
    );
    let response = ApiVersionsResponse::decode(&mut bytes, 0).expect("a response");
    assert_eq!((response.error_code, response.api_keys.len()), (35, 1));
    assert_eq!(
        (response.api_keys[0].api_key, response.api_keys[0].max_version),
        (18, 4)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_after_a_header_are_read_or_refused(which in any::<prop::sample::Index>(), body in prop::collection::vec(any::<u8>(), 0..300)) {
        let (api, version) = *which.get(&every_version());
        let frame = [&header(api, version)[..], &body].concat();
        let _whatever = read(&frame);
    }

    #[test]
    fn changed_and_cut_requests_are_read_or_refused(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let (api, version) = *which.get(&every_version());
        for frame in readable_bodies(api, version) {
            let mut frame = frame.to_vec();
            for (at, byte) in &changes {
                let at = at.index(frame.len());
                frame[at] = *byte;
            }
            frame.truncate(cut.index(frame.len()) + 1);
            let _whatever = read(&frame);
        }
    }

    #[test]
    fn no_bytes_at_all_take_it_down(frame in prop::collection::vec(any::<u8>(), 0..64)) {
        let _whatever = read(&frame);
    }
}
