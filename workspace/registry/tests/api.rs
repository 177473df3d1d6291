//! The registry as clients see it.

#[allow(dead_code, unused_imports, reason = "profiles of peers have their own test")]
mod suite;

use palinode_registry::{Journal, MemoryJournal, Registry, serve};
use serde_json::{Value, json};
use suite::Peer;
use tokio::net::TcpListener;

/// Starts a registry on a free port and gives its address.
async fn start(journal: impl Journal + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, Registry::recover(journal).unwrap()));
    base
}

struct Client {
    base: String,
    http: reqwest::Client,
}

impl Client {
    async fn start() -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client {
            base: start(MemoryJournal::default()).await,
            http: reqwest::Client::new(),
        }
    }

    async fn get(&self, path: &str) -> Value {
        self.http
            .get(self.url(path))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn register(&self, subject: &str, schema: &str) -> (u16, Value) {
        let request = self.http.post(self.url(&format!("/subjects/{subject}/versions")));
        let response = request.json(&json!({ "schema": schema })).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

#[tokio::test]
async fn every_scenario_goes_as_it_does_with_confluents_registry() {
    let mut failures = Vec::new();
    for scenario in suite::all() {
        let peer = Peer::new(start(MemoryJournal::default()).await, Vec::new());
        failures.extend(peer.play(&scenario).await);
    }

    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn the_scenarios_do_not_disturb_each_other() {
    let peer = Peer::new(start(MemoryJournal::default()).await, Vec::new());
    let mut failures = Vec::new();
    for scenario in suite::all() {
        failures.extend(peer.play(&scenario).await);
    }

    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn small_things_that_clients_ask() {
    let client = Client::start().await;

    assert_eq!(client.get("/").await, json!({}));
    assert_eq!(client.get("/schemas/types").await, json!(["AVRO"]));
    assert_eq!(client.get("/contexts").await, json!(["."]));
    assert_eq!(client.get("/nothing").await["error_code"], 404);
}

#[tokio::test]
async fn the_content_type_is_the_one_that_is_asked_for() {
    let client = Client::start().await;
    let given = async |accept: Option<&str>, path: &str| {
        let mut request = client.http.get(client.url(path));
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let response = request.send().await.unwrap();
        response.headers()["content-type"].to_str().unwrap().to_owned()
    };

    assert_eq!(given(None, "/subjects").await, "application/vnd.schemaregistry.v1+json");
    assert_eq!(given(None, "/nothing").await, "application/vnd.schemaregistry.v1+json");
    assert_eq!(given(Some("application/json"), "/subjects").await, "application/json");
}

#[tokio::test]
async fn another_method_is_not_allowed() {
    let client = Client::start().await;

    let response = client.http.put(client.url("/subjects")).send().await.unwrap();

    assert_eq!(response.status(), 405);
    assert_eq!(response.json::<Value>().await.unwrap()["error_code"], 405);
}

#[tokio::test]
async fn a_schema_has_a_guid_in_every_registry() {
    let client = Client::start().await;
    let (_, registered) = client.register("a", "\"string\"").await;

    // printf '"string"' | md5sum
    let guid = "095d71cf-1255-6b9d-5e33-0ad575b3df5d";
    assert_eq!(
        registered,
        json!({"id": 1, "version": 1, "guid": guid, "schema": "\"string\""})
    );
    assert_eq!(
        client.get(&format!("/schemas/guids/{guid}")).await,
        json!({"schema": "\"string\"", "guid": guid})
    );
    assert_eq!(
        client.get(&format!("/schemas/guids/{guid}/ids")).await,
        json!([{"context": ".", "id": 1}])
    );
    assert_eq!(client.get("/schemas/guids/none").await["error_code"], 40403);
}

#[tokio::test]
async fn all_schemas_are_listed_at_once() {
    let client = Client::start().await;
    for (subject, schema) in [("a", "\"int\""), ("a", "\"long\""), ("b", "\"int\"")] {
        client.register(subject, schema).await;
    }

    let listed = async |query: &str| {
        let schemas = client.get(&format!("/schemas?{query}")).await;
        let places = schemas.as_array().unwrap().iter();
        let places = places.map(|found| format!("{}{}", found["subject"], found["version"]));
        places.collect::<Vec<_>>().join(" ").replace('"', "")
    };

    assert_eq!(listed("").await, "a1 a2 b1");
    assert_eq!(listed("latestOnly=true").await, "a2 b1");
    assert_eq!(listed("subjectPrefix=a&offset=1").await, "a2");
    assert_eq!(client.get("/schemas/ids/1?fetchMaxId=true").await["maxId"], 2);
}

#[tokio::test]
async fn limits_are_refusals() {
    let client = Client::start().await;
    let large = format!(
        r#"{{"type":"fixed","name":"A","size":1,"doc":"{}"}}"#,
        "x".repeat(1024 * 1024)
    );

    let (status, body) = client.register(&"s".repeat(1_001), "\"string\"").await;
    assert_eq!((status, &body["error_code"]), (422, &json!(422)));
    let (status, body) = client.register("a", &large).await;
    assert_eq!((status, &body["error_code"]), (422, &json!(42209)));
    let (status, body) = client.register("a", " ").await;
    assert_eq!((status, &body["error_code"]), (422, &json!(42201)));
}

#[tokio::test]
async fn a_changed_type_that_another_schema_shares_is_found() {
    let client = Client::start().await;
    let schema = |inner: &str, last: &str| {
        format!(
            r#"{{"type":"record","name":"Pair","fields":[{{"name":"one","type":{{"type":"record","name":"Inner","fields":[
            {{"name":"value","type":"{inner}"}}]}}}},{{"name":"two","type":"{last}"}}]}}"#
        )
    };

    assert_eq!(client.register("a", &schema("int", "Inner")).await.0, 200);
    assert_eq!(client.register("a", &schema("string", "Inner")).await.0, 409);
    assert_eq!(client.register("a", &schema("long", "Inner")).await.0, 200);
}
