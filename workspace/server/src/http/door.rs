//! Where the HTTP server listens, and which request goes where.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, routing::get};
use palinode_store::Stores;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{Front, people, probes};
use crate::Error;

/// The HTTP server. It ends when this is dropped or closed.
pub(crate) struct Door {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    http: JoinHandle<()>,
}

impl Door {
    /// Listens on `listen` and serves what the front knows. Must be called within tokio.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub(crate) async fn open<St: Stores>(listen: SocketAddr, front: Arc<Front<St>>) -> Result<Self, Error> {
        let failed = |source| Error::Listen {
            address: listen.to_string(),
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, mut stopped) = watch::channel(false);
        let http = tokio::spawn(async move {
            let stopped = async move {
                // An error means that the sender is gone, which is a stop as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            let served = axum::serve(listener, router(front)).with_graceful_shutdown(stopped);
            if let Err(error) = served.await {
                tracing::error!(%error, "the HTTP server ended");
            }
        });
        Ok(Self { address, stop, http })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and waits for its last answers.
    pub(crate) async fn close(self) {
        // Nobody listens: the HTTP server ended before.
        let _ = self.stop.send(true);
        if self.http.await.is_err() {
            tracing::error!("the HTTP server panicked");
        }
    }
}

fn router<St: Stores>(front: Arc<Front<St>>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(probes::ready::<St>))
        .route("/metrics", get(probes::metrics::<St>))
        .route("/tasks", get(people::tasks::<St>))
        .route("/sagas/{definition}/{key}", get(people::saga::<St>))
        .with_state(front)
}
