//! Those who are only there, and those who mean no good.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::host::Host;

/// How long an answer may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);
/// How many requests are sent by those who read no answer.
const UNREAD: usize = 50;
/// The length that most hostile frames claim: the largest that is taken.
const CLAIM: i32 = 100 << 20;
/// How many really begin to send such a frame, and how much.
const LARGE: usize = 64;
const LARGE_BYTES: usize = 1 << 20;

/// Connections that are held.
pub(crate) struct Crowd {
    idle: Vec<TcpStream>,
    _hostile: Vec<TcpStream>,
}

impl Crowd {
    /// Opens so many connections: every other is idle, the rest is hostile, each in one of four ways.
    pub(crate) fn gather(host: &Host, count: usize) -> Self {
        let mut crowd = Self {
            idle: Vec::new(),
            _hostile: Vec::new(),
        };
        for number in 0..count {
            let mut stream = connect(host);
            if number % 2 == 0 {
                crowd.idle.push(stream);
                continue;
            }
            let number = number / 2;
            let said = match number % 4 {
                // The largest frame, of which nothing comes.
                0 => CLAIM.to_be_bytes().to_vec(),
                // Half a length.
                1 => vec![0, 0],
                // A frame that is small and not complete.
                2 => api_versions(1)[..9].to_vec(),
                // Requests whose answers nobody reads.
                _ => (0..UNREAD as i32).flat_map(api_versions).collect(),
            };
            stream.write_all(&said).unwrap();
            if number % 4 == 0 && number / 4 < LARGE {
                begin_large(&mut stream);
            }
            crowd._hostile.push(stream);
        }
        crowd
    }

    /// One of those who have been silent asks, and is answered.
    pub(crate) fn idle_one_is_served(&self) {
        let mut stream = &self.idle[self.idle.len() / 2];
        stream.write_all(&api_versions(3)).unwrap();
        assert!(is_answered(stream), "an idle connection was closed");
    }
}

/// Sends the beginning of a large frame; a broker that takes no more of it has its reasons.
fn begin_large(stream: &mut TcpStream) {
    stream.set_nonblocking(true).unwrap();
    let mut sent = 0;
    while sent < LARGE_BYTES {
        match stream.write(&[0; 64 * 1024]) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Connections that come with garbage and are closed, one after the other, until stopped.
pub(crate) struct Strangers {
    ends: Arc<AtomicBool>,
    came: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

pub(crate) fn come_and_go(host: &Host) -> Strangers {
    let (ends, came) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let address = host.address();
    let thread = thread::spawn({
        let (ends, came) = (ends.clone(), came.clone());
        move || {
            while !ends.load(Ordering::SeqCst) {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(ANSWER_TIME_MAX)).unwrap();
                // It may be closed already, when the crowd leaves no room.
                let _closed = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
                assert!(!is_answered(&stream), "garbage was answered");
                came.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    Strangers { ends, came, thread }
}

impl Strangers {
    /// How many came.
    pub(crate) fn stop(self) -> usize {
        self.ends.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
        self.came.load(Ordering::SeqCst)
    }
}

/// Opens connections until one is refused, which must be so after this many.
pub(crate) fn fill_up(host: &Host, at_most: usize) -> Vec<TcpStream> {
    let mut taken = Vec::new();
    loop {
        let mut stream = connect(host);
        let _closed = stream.write_all(&api_versions(1));
        if !is_answered(&stream) {
            return taken;
        }
        taken.push(stream);
        assert!(taken.len() <= at_most, "nobody was refused");
    }
}

/// Whether a connection is served that comes.
pub(crate) fn is_taken(host: &Host) -> bool {
    let mut stream = connect(host);
    let _closed = stream.write_all(&api_versions(1));
    is_answered(&stream)
}

fn connect(host: &Host) -> TcpStream {
    let stream = TcpStream::connect(host.address()).unwrap();
    stream.set_read_timeout(Some(ANSWER_TIME_MAX)).unwrap();
    stream
}

/// Whether an answer comes; if not, the connection was closed.
fn is_answered(mut stream: &TcpStream) -> bool {
    match stream.read(&mut [0; 16]) {
        Ok(count) => count > 0,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
        Err(error) => panic!("{error}"),
    }
}

/// ApiVersions in version 0, with a correlation id.
fn api_versions(correlation_id: i32) -> Vec<u8> {
    let mut frame = vec![0, 0, 0, 10, 0, 18, 0, 0];
    frame.extend_from_slice(&correlation_id.to_be_bytes());
    frame.extend_from_slice(&(-1i16).to_be_bytes());
    frame
}
