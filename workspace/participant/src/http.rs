//! The HTTP side of a service: one thread, apart from the one that takes commands.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use tracing::warn;

use crate::{Behaviour, Error, Stop, Switches};

/// Gives the process's metrics in the Prometheus text format.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// A served HTTP address.
#[derive(Debug)]
pub struct Http {
    address: SocketAddr,
    thread: JoinHandle<()>,
}

impl Http {
    /// Serves `router` on `listen` (`host:port`, port 0 for any) until `stop`, on a thread of its own.
    ///
    /// # Errors
    /// When the address is taken or is none.
    pub fn serve(name: &str, listen: &str, router: Router, stop: Stop) -> Result<Self, Error> {
        let failed = |source| Error::Listen {
            address: listen.to_owned(),
            source,
        };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let name = format!("{name}-http");
        let thread = thread::Builder::new()
            .name(name.clone())
            .spawn(move || {
                let served = runtime.block_on(async move {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    tokio::select! {
                        served = async { axum::serve(listener, router).await } => served,
                        () = stopped(stop) => Ok(()),
                    }
                });
                if let Err(error) = served {
                    warn!(%error, "the HTTP side has stopped");
                }
            })
            .map_err(|source| Error::Thread { name, source })?;
        Ok(Self { address, thread })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for its end.
    pub fn join(self) {
        if self.thread.join().is_err() {
            warn!("the HTTP thread broke");
        }
    }
}

/// The routes that every service has: `GET /metrics`, and `GET` and `PUT /behaviour` when there are switches.
pub(crate) fn common_routes(metrics: Option<MetricsText>, switches: Option<Switches>) -> Router {
    let mut router = Router::new();
    if let Some(metrics) = metrics {
        let text = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics()) };
        router = router.route("/metrics", get(text));
    }
    if let Some(switches) = switches {
        let routes =
            put(set_behaviour).get(|State(switches): State<Switches>| async move { Json(switches.behaviour()) });
        router = router.merge(Router::new().route("/behaviour", routes).with_state(switches));
    }
    router
}

async fn set_behaviour(State(switches): State<Switches>, Json(behaviour): Json<Behaviour>) -> Json<Behaviour> {
    switches.set(behaviour);
    tracing::info!(?behaviour, "the behaviour was switched");
    Json(behaviour)
}

async fn stopped(stop: Stop) {
    while !stop.is_requested() {
        tokio::time::sleep(STOP_LOOK_EVERY).await;
    }
}

/// A refused HTTP request as problem details (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// A short name of the problem.
    pub title: &'static str,
    /// What is wrong with this request.
    pub detail: String,
}

impl Refusal {
    /// A refusal with `status`.
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank", "title": self.title, "status": self.status.as_u16(), "detail": self.detail,
        });
        (
            self.status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response()
    }
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        let detail = crate::sender::chain(&error);
        warn!(error = detail, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the service cannot do this now",
            detail,
        )
    }
}

/// How long a stop may go unseen by the HTTP side.
const STOP_LOOK_EVERY: Duration = Duration::from_millis(50);
