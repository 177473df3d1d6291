//! Real Kafka starts, comes back after a kill, and leaves nothing behind.

use std::net::TcpListener;
use std::path::Path;
use std::time::Instant;

use palinode_sandbox::kafka::{Kafka, Settings};
use palinode_sandbox::{Error, ports};

fn connects(kafka: &Kafka) -> bool {
    std::net::TcpStream::connect(kafka.bootstrap()).is_ok()
}

#[test]
fn a_node_starts_survives_a_kill_and_goes_without_a_trace() {
    let begin = Instant::now();
    let mut kafka = Kafka::start(Settings::default()).unwrap();
    println!("ready after {:?}", begin.elapsed());
    let (bootstrap, log, first) = (kafka.bootstrap(), kafka.log_path().to_owned(), kafka.pid());
    assert!(connects(&kafka));

    kafka.kill9().unwrap();
    assert!(!connects(&kafka));
    let begin = Instant::now();
    kafka.restart().unwrap();
    println!("ready again {:?} after a kill", begin.elapsed());
    assert!(connects(&kafka));
    assert_eq!(kafka.bootstrap(), bootstrap);
    assert_ne!(kafka.pid(), first);

    let begin = Instant::now();
    kafka.stop().unwrap();
    println!("stopped in {:?}", begin.elapsed());
    kafka.restart().unwrap();
    let last = kafka.pid();
    drop(kafka);
    assert!(
        !Path::new(&format!("/proc/{last}")).exists(),
        "the process is still there"
    );
    assert!(!log.exists(), "the folder is still there");
}

#[test]
fn a_taken_port_is_named() {
    let listener = TcpListener::bind(("127.0.0.1", ports::free().unwrap())).unwrap();
    let port = listener.local_addr().unwrap().port();

    let error = Kafka::start(Settings {
        port: Some(port),
        ..Settings::default()
    })
    .unwrap_err();

    assert!(
        matches!(error, Error::PortTaken { port: named } if named == port),
        "{error}"
    );
    assert!(error.to_string().contains("choose another"), "{error}");
}

#[test]
fn a_node_that_cannot_start_shows_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: Some(folder.path().to_owned()),
        properties: vec![("process.roles".into(), "gardener".into())],
        ..Settings::default()
    };

    let error = Kafka::start(settings).unwrap_err().to_string();

    assert!(error.contains("gardener"), "{error}");
    assert!(error.contains("node.log"), "{error}");
}
