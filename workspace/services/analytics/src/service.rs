//! The service as a whole: the recorder, the gauges, and HTTP for the report, health and metrics.

use std::{
    net::SocketAddr,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::header, routing::get};
use palinode_participant::{Codec, Database, Error, Http, Parts, Refusal, Stop, Subscriber};

use crate::{Archive, Recorder, Report, Settings, gauges, tables};

/// How often the gauges are set: as often as Prometheus usually looks.
const GAUGES_EVERY: Duration = Duration::from_secs(5);
/// How often the service looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A running analytics service. It ends when its [`Stop`] is requested or it cannot go on.
#[derive(Debug)]
pub struct Running {
    name: String,
    stop: Stop,
    http: Http,
    archive: Arc<Archive>,
    thread: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Where the report, health and metrics are served.
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// What is recorded.
    pub fn archive(&self) -> &Archive {
        &self.archive
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

/// Starts the analytics service.
///
/// # Errors
/// When the database or the address refuses.
pub fn start(settings: Settings, parts: &Parts, stop: &Stop) -> Result<Running, Error> {
    let name = settings.service.name.clone();
    let database = Database::open(&settings.database, settings.service.durability)?;
    database
        .transaction(|tx| tables::create(tx))
        .map_err(|source| database.error(source))?;
    let archive = Arc::new(Archive::open(&settings.database)?);
    let ending = Stop::new();
    let codec = Codec::new(parts.schemas.clone());
    let subscriber = Subscriber::new(settings.service.clone(), database, codec, Recorder);
    let routes = routes(parts, &archive).merge(subscriber.readiness().routes());
    let http = Http::serve(&name, &settings.listen, routes, ending.clone())?;
    let work = Work {
        stop: stop.clone(),
        ending,
        archive: Arc::clone(&archive),
    };
    let thread = thread::Builder::new()
        .name(name.clone())
        .spawn(move || work.run(subscriber))
        .map_err(|source| Error::Thread {
            name: name.clone(),
            source,
        })?;
    Ok(Running {
        name,
        stop: stop.clone(),
        http,
        archive,
        thread,
    })
}

/// Runs the analytics service until `stop`; blocks the thread.
///
/// # Errors
/// When it cannot start or cannot go on.
pub fn run(settings: Settings, parts: &Parts, stop: &Stop) -> Result<(), Error> {
    start(settings, parts, stop)?.join()
}

/// The recorder's thread and the gauges beside it.
struct Work {
    stop: Stop,
    ending: Stop,
    archive: Arc<Archive>,
}

impl Work {
    fn run(self, subscriber: Subscriber<Recorder>) -> Result<(), Error> {
        let name = || "analytics-recorder".to_owned();
        let ending = self.ending.clone();
        let recording = thread::Builder::new().name(name()).spawn(move || {
            let recorded = subscriber.run(&ending);
            ending.request();
            recorded
        });
        let result = match recording {
            Ok(recording) => {
                self.keep_gauges();
                self.ending.request();
                recording.join().unwrap_or(Err(Error::Broken { name: name() }))
            }
            Err(source) => Err(Error::Thread { name: name(), source }),
        };
        self.ending.request();
        tracing::info!("the analytics service has stopped");
        result
    }

    fn keep_gauges(&self) {
        let mut waited = GAUGES_EVERY;
        while !self.ending.is_requested() && !self.stop.wait(LOOK_EVERY) {
            waited += LOOK_EVERY;
            if waited >= GAUGES_EVERY {
                waited = Duration::ZERO;
                match self.archive.report() {
                    Ok(report) => gauges::set(&report),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "the gauges stay as they are")
                    }
                }
            }
        }
    }
}

fn routes(parts: &Parts, archive: &Arc<Archive>) -> Router {
    let report = Router::new()
        .route("/report", get(report))
        .with_state(Arc::clone(archive));
    let routes = report.route("/healthz", get(|| async { "ok\n" }));
    match parts.metrics.clone() {
        None => routes,
        Some(metrics) => {
            let text = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics()) };
            routes.route("/metrics", get(text))
        }
    }
}

async fn report(State(archive): State<Arc<Archive>>) -> Result<Json<Report>, Refusal> {
    Ok(Json(archive.report()?))
}
