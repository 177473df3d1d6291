//! The registry's client against answers as Confluent's registry gives them.

use std::{sync::mpsc, time::Duration};

use palinode_log::registry::{Lookups, RegistryClient, RegistryError, SchemaId};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    runtime::Runtime,
};

/// A registry that gives one answer to everything. Returns its address, and the first lines of what it was asked.
fn registry(runtime: &Runtime, status: &'static str, body: &'static str) -> (String, mpsc::Receiver<String>) {
    let (sender, asked) = mpsc::channel();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    runtime.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 8192];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            let _ = sender.send(text.lines().next().unwrap_or_default().to_owned());
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, asked)
}

#[test]
fn registers_and_looks_up() {
    let runtime = Runtime::new().unwrap();
    let (address, asked) = registry(&runtime, "200 OK", r#"{"id": 7, "version": 1, "schema": "\"string\""}"#);
    let client = RegistryClient::new(&address).unwrap();

    runtime.block_on(async {
        assert_eq!(client.register("a.B/c", "\"string\"").await.unwrap(), SchemaId(7));
        assert_eq!(client.by_id(SchemaId(7)).await.unwrap(), "\"string\"");
        assert_eq!(client.latest("a.B").await.unwrap(), (SchemaId(7), "\"string\"".into()));
        assert_eq!(
            client.version("a.B/c", 3).await.unwrap(),
            (SchemaId(7), "\"string\"".into())
        );
    });

    let asked: Vec<_> = asked.try_iter().collect();
    assert_eq!(
        asked,
        [
            "POST /subjects/a.B%2Fc/versions HTTP/1.1",
            "GET /schemas/ids/7 HTTP/1.1",
            "GET /subjects/a.B/versions/latest HTTP/1.1",
            "GET /subjects/a.B%2Fc/versions/3 HTTP/1.1"
        ]
    );
}

#[test]
fn lists_the_versions_of_a_subject() {
    let runtime = Runtime::new().unwrap();
    let (address, asked) = registry(&runtime, "200 OK", "[1, 2, 4]");
    let client = RegistryClient::new(&address).unwrap();
    assert_eq!(runtime.block_on(client.versions("a.B")).unwrap(), [1, 2, 4]);
    assert_eq!(asked.try_recv().unwrap(), "GET /subjects/a.B/versions HTTP/1.1");
}

#[test]
fn tells_what_is_final_from_what_is_not() {
    let runtime = Runtime::new().unwrap();
    let ask = |status, body| {
        let (address, _asked) = registry(&runtime, status, body);
        runtime
            .block_on(RegistryClient::new(&address).unwrap().by_id(SchemaId(9)))
            .unwrap_err()
    };

    let unknown = ask(
        "404 Not Found",
        r#"{"error_code": 40403, "message": "Schema not found"}"#,
    );
    assert!(
        matches!(unknown, RegistryError::Unknown { .. }) && !unknown.is_retriable(),
        "{unknown}"
    );
    let refused = ask(
        "422 Unprocessable Entity",
        r#"{"error_code": 42201, "message": "Invalid schema"}"#,
    );
    assert!(
        refused.to_string().contains("Invalid schema") && !refused.is_retriable(),
        "{refused}"
    );
    let busy = ask("503 Service Unavailable", "busy");
    assert!(busy.is_retriable(), "{busy}");
    let nonsense = ask("200 OK", "<html>");
    assert!(nonsense.is_retriable(), "{nonsense}");
}

#[test]
fn a_registry_that_is_away_is_worth_another_attempt() {
    let runtime = Runtime::new().unwrap();
    // A port that was free a moment ago.
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    let away = runtime
        .block_on(RegistryClient::new(&address).unwrap().by_id(SchemaId(1)))
        .unwrap_err();

    assert!(away.is_retriable(), "{away}");
    assert!(matches!(
        RegistryClient::new("not an address"),
        Err(RegistryError::Address { .. })
    ));
}

#[test]
fn a_thread_asks_without_waiting() {
    let runtime = Runtime::new().unwrap();
    let (address, _asked) = registry(&runtime, "200 OK", r#"{"schema": "\"long\""}"#);
    let lookups = Lookups::start(runtime.handle(), RegistryClient::new(&address).unwrap(), None);
    let (sender, answers) = mpsc::channel();

    lookups
        .request(SchemaId(3), move |answer| {
            let _ = sender.send(answer);
        })
        .unwrap();

    let answer = answers.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((answer.id, answer.text.unwrap()), (SchemaId(3), "\"long\"".to_owned()));
}
