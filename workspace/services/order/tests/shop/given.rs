//! A shop that is open, and a customer who talks to it.

use std::{path::Path, sync::Arc};

use palinode_order::{Settings, Shop};
use palinode_participant::{
    Codec, Database, Durability, Incoming, KafkaSettings, LocalSchemas, OutMessage, Outbox, Record,
};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

/// The database's file in its folder.
const DATABASE: &str = "order.sqlite";

/// An open shop.
pub(crate) struct Given {
    pub(crate) folder: Option<TempDir>,
    pub(crate) database: Database,
    pub(crate) codec: Codec,
    url: String,
    client: Client,
    server: JoinHandle<()>,
}

/// What a request was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Given {
    /// A shop without orders.
    pub(crate) async fn a_shop() -> Self {
        let folder = TempDir::new().unwrap();
        Self::a_shop_in(folder).await
    }

    /// A shop over what a folder holds.
    pub(crate) async fn a_shop_in(folder: TempDir) -> Self {
        let (database, codec, routes) = open(folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let client = Client::builder().build().unwrap();
        Self {
            folder: Some(folder),
            database,
            codec,
            url,
            client,
            server,
        }
    }

    /// The routes of a shop over what a folder holds.
    pub(crate) fn routes_in(folder: &Path) -> axum::Router {
        open(folder).2
    }

    /// The process ends without a word, and another one starts over what is on the disk.
    pub(crate) async fn after_a_crash(mut self) -> Self {
        self.server.abort();
        let folder = self.folder.take().unwrap();
        drop(self);
        Self::a_shop_in(folder).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        post(self.request(), path, headers, body).await
    }

    /// The client and the address, for requests from other tasks.
    pub(crate) fn request(&self) -> (Client, String) {
        (self.client.clone(), self.url.clone())
    }

    /// `POST /orders` with this key.
    pub(crate) async fn place(&self, key: &str, body: &Value) -> Answer {
        self.post("/orders", &[("idempotency-key", key)], body.to_string())
            .await
    }

    /// Places an order and gives its id.
    pub(crate) async fn a_placed_order(&self) -> String {
        let answer = self.place(&uuid::Uuid::new_v4().to_string(), &tea()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body["order_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.client.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    /// What waits to be published.
    pub(crate) fn outbox(&self) -> Vec<OutMessage> {
        let waiting = self
            .database
            .read(|connection| Outbox::waiting(connection, usize::MAX, usize::MAX));
        waiting.unwrap().into_iter().map(|(_, message)| message).collect()
    }

    /// The content of a message.
    pub(crate) fn read<T: Record>(&self, message: &OutMessage) -> T {
        assert_eq!(message.header("ce_type"), Some(T::NAME));
        let incoming = Incoming {
            topic: message.topic.to_string(),
            partition: 0,
            offset: 0,
            timestamp: 0,
            key: message.key.clone(),
            value: message.value.clone(),
            headers: Vec::new(),
        };
        incoming.decode(&self.codec).unwrap()
    }
}

fn open(folder: &Path) -> (Database, Codec, axum::Router) {
    // The client needs one, whichever test comes first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kafka = KafkaSettings {
        bootstrap_servers: "not used".into(),
        topic_prefix: String::new(),
    };
    let settings = Settings::new(kafka, folder.join(DATABASE));
    let database = Database::open(&settings.database, Durability::ProcessEnd).unwrap();
    let codec = Codec::new(Arc::new(LocalSchemas::default()));
    let shop = Shop::open(&settings, &database, codec.clone()).unwrap();
    (database, codec, shop.routes)
}

/// Sends one request.
pub(crate) async fn post(
    (client, url): (Client, String),
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Answer {
    let mut request = client
        .post(format!("{url}{path}"))
        .header("content-type", "application/json")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request.send().await.unwrap()).await
}

async fn answer(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, headers, body }
}

impl Answer {
    /// The last part of a problem's type.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16());
        let kind = self.body["type"]
            .as_str()
            .unwrap()
            .strip_prefix("urn:palinode:problem:")
            .unwrap();
        (self.status.as_u16(), kind)
    }
}

/// The body of a good order.
pub(crate) fn tea() -> Value {
    json!({
        "customer_id": "c-1",
        "customer_name": "Ada Löwe",
        "items": [{ "sku": "tea", "quantity": 2 }],
        "total_minor": 1_990,
        "currency": "EUR",
    })
}
