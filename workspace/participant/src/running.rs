//! A service as a whole: the loop that takes commands, and its HTTP side.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use axum::{Router, http::StatusCode, routing::get};
use tracing::error;

use crate::{Error, Handler, Http, MetricsText, Participant, SchemaSource, Stop, Switches, http, sender::chain};

/// What a service is given by the process that it runs in.
#[derive(Clone)]
pub struct Parts {
    /// The schema registry.
    pub schemas: Arc<dyn SchemaSource>,
    /// The metrics for `GET /metrics`; without it there is no such route.
    pub metrics: Option<MetricsText>,
}

/// A running service. It ends when its [`Stop`] is requested or it cannot go on; then its HTTP side ends too.
pub struct Running {
    name: String,
    stop: Stop,
    http: Http,
    thread: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Starts `participant` and serves `router` on `listen`, with `GET /healthz`, `/readyz`, `/metrics` and `/behaviour`
    /// added.
    ///
    /// # Errors
    /// When the address is taken or a thread cannot be started.
    pub fn start<H: Handler + 'static>(
        participant: Participant<H>,
        listen: &str,
        router: Router,
        parts: &Parts,
        switches: Switches,
        stop: &Stop,
    ) -> Result<Self, Error> {
        let name = participant.name().to_owned();
        let well = Arc::new(AtomicBool::new(true));
        let router = router
            .merge(health(Arc::clone(&well)))
            .merge(participant.readiness().routes())
            .merge(http::common_routes(parts.metrics.clone(), Some(switches)));
        let http_stop = Stop::new();
        let http = Http::serve(&name, listen, router, http_stop.clone())?;
        let (service_stop, service_name) = (stop.clone(), name.clone());
        let ending = Ending { well, http_stop };
        let work = move || {
            let _ending = ending;
            let result = participant.run(&service_stop);
            if let Err(error) = &result {
                error!(service = service_name, code = error.code(), error = %chain(error), "the service cannot go on");
            }
            result
        };
        let thread = thread::Builder::new()
            .name(name.clone())
            .spawn(work)
            .map_err(|source| Error::Thread {
                name: name.clone(),
                source,
            })?;
        Ok(Self {
            name,
            stop: stop.clone(),
            http,
            thread,
        })
    }

    /// Where the HTTP side listens.
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// Asks the service to end and waits for it.
    ///
    /// # Errors
    /// Why it ended, when not because it was asked to.
    pub fn end(self) -> Result<(), Error> {
        self.stop.request();
        self.join()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended, when not because it was asked to.
    pub fn join(self) -> Result<(), Error> {
        let result = self.thread.join().unwrap_or(Err(Error::Broken { name: self.name }));
        self.http.join();
        result
    }
}

/// Tells the HTTP side that the service has ended, however it did.
struct Ending {
    well: Arc<AtomicBool>,
    http_stop: Stop,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.well.store(false, Ordering::Release);
        self.http_stop.request();
    }
}

fn health(well: Arc<AtomicBool>) -> Router {
    let answer = move || async move {
        if well.load(Ordering::Acquire) {
            (StatusCode::OK, "ok\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "ended\n")
        }
    };
    Router::new().route("/healthz", get(answer))
}
