//! The service as a whole: the listener, the courier, and a little HTTP for health and metrics.

use std::{
    net::SocketAddr,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{Router, http::header, routing::get};
use palinode_participant::{Codec, Database, Error, Http, Parts, Stop, Subscriber};

use crate::{Listener, Settings, courier::Courier, queue, wake::Wake, webhook::Webhook};

/// A running notification service. It ends when its [`Stop`] is requested or it cannot go on.
#[derive(Debug)]
pub struct Running {
    name: String,
    stop: Stop,
    http: Http,
    thread: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Where health and metrics are served.
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

/// Starts the notification service.
///
/// # Errors
/// When the webhook's address is none, or the database or the address refuses.
pub fn start(settings: Settings, parts: &Parts, stop: &Stop) -> Result<Running, Error> {
    let name = settings.service.name.clone();
    let webhook = Webhook::new(&settings.webhook)?;
    let database = Database::open(&settings.database, settings.service.durability)?;
    database
        .transaction(|tx| queue::create(tx))
        .map_err(|source| database.error(source))?;
    let wake = Wake::default();
    let listener = Listener::new(wake.clone());
    let codec = Codec::new(parts.schemas.clone());
    let subscriber = Subscriber::new(settings.service.clone(), database.clone(), codec, listener);
    let ending = Stop::new();
    let courier = Courier {
        database,
        webhook,
        wake,
        stop: stop.clone(),
        ending: ending.clone(),
        settling: Duration::from_millis(settings.settling_ms),
    };
    let http = Http::serve(
        &name,
        &settings.listen,
        routes(parts).merge(subscriber.readiness().routes()),
        ending.clone(),
    )?;
    let thread = thread::Builder::new()
        .name(name.clone())
        .spawn(move || work(subscriber, &courier, &ending))
        .map_err(|source| Error::Thread {
            name: name.clone(),
            source,
        })?;
    tracing::info!(webhook = settings.webhook, "the notification service tells customers");
    Ok(Running {
        name,
        stop: stop.clone(),
        http,
        thread,
    })
}

/// Runs the notification service until `stop`; blocks the thread.
///
/// # Errors
/// When it cannot start or cannot go on.
pub fn run(settings: Settings, parts: &Parts, stop: &Stop) -> Result<(), Error> {
    start(settings, parts, stop)?.join()
}

fn work(subscriber: Subscriber<Listener>, courier: &Courier, ending: &Stop) -> Result<(), Error> {
    const LISTENER: &str = "notification-listener";
    let failed = |source| Error::Thread {
        name: LISTENER.into(),
        source,
    };
    let carried_out = || -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let listening = thread::Builder::new().name(LISTENER.into()).spawn({
            let ending = ending.clone();
            move || {
                let listened = subscriber.run(&ending);
                ending.request();
                listened
            }
        });
        let listening = listening.map_err(failed)?;
        runtime.block_on(courier.work());
        ending.request();
        listening.join().unwrap_or(Err(Error::Broken { name: LISTENER.into() }))
    };
    let result = carried_out();
    ending.request();
    tracing::info!("the notification service has stopped");
    result
}

fn routes(parts: &Parts) -> Router {
    let routes = Router::new().route("/healthz", get(|| async { "ok\n" }));
    match parts.metrics.clone() {
        None => routes,
        Some(metrics) => {
            let text = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics()) };
            routes.route("/metrics", get(text))
        }
    }
}
