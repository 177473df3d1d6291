//! Clients that do not keep to the protocol are left, and the others are served.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use palinode_sandbox::broker::Server;

use crate::client::{create_topic, server};

/// How many idle connections a test holds. Each takes two files of this process; the common limit of a process is higher.
const IDLE: usize = 400;

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// ApiVersions in version 0, with a correlation id.
fn api_versions(correlation_id: i32) -> Vec<u8> {
    let mut frame = vec![0, 0, 0, 10, 0, 18, 0, 0];
    frame.extend_from_slice(&correlation_id.to_be_bytes());
    frame.extend_from_slice(&(-1i16).to_be_bytes());
    frame
}

/// Reads an answer and returns its correlation id.
fn answer(stream: &mut TcpStream) -> i32 {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    i32::from_be_bytes(answer[..4].try_into().unwrap())
}

fn is_closed(mut stream: TcpStream) -> bool {
    match stream.read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn what_is_no_request_ends_its_connection_only() {
    let server = server();
    let mut other = connect(&server);
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        &[0xff; 64],
        &[0x7f, 0xff, 0xff, 0xff, 0, 0],
        &[0, 0, 0, 0],
        &[0, 0, 0, 12, 3, 231, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        // Metadata that claims two thousand million topics.
        &[0, 0, 0, 14, 0, 3, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff],
    ] {
        // Given a client that sends what is no request
        let mut hostile = connect(&server);
        hostile.write_all(bytes).unwrap();
        // Then it is left, and the others are served
        assert!(is_closed(hostile), "{bytes:?}");
        other.write_all(&api_versions(5)).unwrap();
        assert_eq!(answer(&mut other), 5);
    }
}

#[test]
fn requests_sent_at_once_are_answered_in_their_order() {
    let server = server();
    let mut stream = connect(&server);
    let requests: Vec<u8> = (0..500).flat_map(api_versions).collect();
    stream.write_all(&requests).unwrap();
    for expected in 0..500 {
        assert_eq!(answer(&mut stream), expected);
    }
}

#[test]
fn a_frame_may_come_byte_by_byte() {
    let server = server();
    let mut stream = connect(&server);
    stream.set_nodelay(true).unwrap();
    for byte in api_versions(9) {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(answer(&mut stream), 9);
}

#[test]
fn many_idle_and_half_said_connections_leave_room_for_others() {
    // Given many connections that say nothing, or claim the largest frame and say no more of it
    let server = server();
    let mut idle = Vec::new();
    for number in 0..IDLE {
        let mut stream = connect(&server);
        if number % 2 == 0 {
            stream.write_all(&(100i32 << 20).to_be_bytes()).unwrap();
        }
        idle.push(stream);
    }
    // Then a client that comes is served, and so is one of the idle when it speaks
    create_topic(&server, "orders", 1);
    idle[1].write_all(&api_versions(3)).unwrap();
    assert_eq!(answer(&mut idle[1]), 3);
}

#[test]
fn a_stopped_broker_closes_its_connections_and_frees_its_port() {
    let server = server();
    let address = server.address();
    let mut stream = connect(&server);
    stream.write_all(&api_versions(1)).unwrap();
    assert_eq!(answer(&mut stream), 1);
    server.stop();
    assert!(is_closed(stream));
    assert!(TcpStream::connect(address).is_err());
}
