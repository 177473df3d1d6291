//! The receiver's HTTP server.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use palinode_participant::Error;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{Inbox, Received, inbox::Came};
use crate::ChatMessage;

/// The path that messages are posted to.
const PATH: &str = "/messages";

/// A chat that listens. It ends when this is dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    inbox: Inbox,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Listens on `address`; port 0 takes a free one. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen(address: SocketAddr) -> Result<Self, Error> {
        let failed = |source| Error::Listen {
            address: address.to_string(),
            source,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let inbox = Inbox::default();
        let routes = Router::new()
            .route(PATH, post(take).get(show))
            .route("/healthz", get(|| async { "ok\n" }))
            .with_state(inbox.clone());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(error = &error as &dyn std::error::Error, "the chat ended");
            }
        });
        Ok(Self { address, inbox, server })
    }

    /// Where messages are posted to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The messages.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(inbox): State<Inbox>, Json(message): Json<ChatMessage>) -> StatusCode {
    match inbox.take(message) {
        Came::New | Came::Repeat => StatusCode::NO_CONTENT,
        Came::TurnedAway => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn show(State(inbox): State<Inbox>) -> Json<Received> {
    Json(inbox.received())
}
