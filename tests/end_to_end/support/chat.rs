//! The customers' chat: a webhook that keeps every message.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use palinode_notification::ChatMessage;
use std::sync::Mutex;
use tokio::{net::TcpListener, runtime::Runtime};

type Messages = Arc<Mutex<Vec<ChatMessage>>>;

/// A chat that listens until it is dropped.
pub(crate) struct Chat {
    url: String,
    messages: Messages,
    _runtime: Runtime,
}

impl Chat {
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let messages = Messages::default();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let routes = Router::new().route("/", post(take)).with_state(Arc::clone(&messages));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self {
            url,
            messages,
            _runtime: runtime,
        }
    }

    /// Where messages are posted to.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What an order's customer was told, repeats dropped by their id: text by id.
    pub(crate) fn told(&self, order: &str) -> BTreeMap<String, String> {
        let messages = self.messages.lock().expect("the chat");
        let of_order = messages.iter().filter(|message| message.order_id == order);
        of_order
            .map(|message| (message.message_id.clone(), message.text.clone()))
            .collect()
    }
}

async fn take(State(messages): State<Messages>, Json(message): Json<ChatMessage>) -> StatusCode {
    messages.lock().expect("the chat").push(message);
    StatusCode::NO_CONTENT
}
