//! The control port of a running sandbox: `/send`, `/clock`, `/stub`, `/status`, `/snapshot`, `/restore`, `/scenario`.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use palinode_wire::rfc3339;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{
    form::Given,
    kept::{Kept, check_snapshot},
    opening::Opening,
    scenario::Event,
    span::Span,
    stage::Stage,
    status::Status,
    stub::Change,
    world::World,
};

/// What the handlers work with.
pub(super) struct Sandbox {
    pub(super) stage: Arc<Stage>,
    pub(super) kept: Arc<Kept>,
    /// None while it is stopped.
    world: Mutex<Option<World>>,
    /// Takes the reason when it cannot go on.
    failed: mpsc::Sender<anyhow::Error>,
}

/// Events to send.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    pub(super) definition: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(super) count: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) cancel: bool,
    #[serde(default, skip_serializing_if = "Given::is_empty")]
    pub(super) fields: Given,
}

fn one() -> u32 {
    1
}

fn is_one(count: &u32) -> bool {
    *count == 1
}

/// The keys of the sagas whose events were sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) keys: Vec<String>,
}

/// A leap of time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Leap {
    pub(super) span: Span,
}

/// The folder of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) folder: PathBuf,
}

/// What was done, in words.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) done: String,
}

/// Why something was not done.
struct Refused(anyhow::Error);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, format!("{:#}", self.0)).into_response()
    }
}

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The routes.
pub(super) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/scenario", get(scenario))
        .route("/send", post(send))
        .route("/clock", post(clock))
        .route("/stub", post(stub))
        .route("/snapshot", post(snapshot))
        .route("/restore", post(restore))
        .with_state(sandbox)
}

type Shared = State<Arc<Sandbox>>;

async fn status(State(sandbox): Shared) -> Result<Json<Status>, Refused> {
    let status = blocking(move || sandbox.with(|world| Ok(world.status())));
    Ok(Json(status.await?))
}

async fn scenario(State(sandbox): Shared) -> Result<String, Refused> {
    Ok(blocking(move || sandbox.with(|world| world.recorder.text())).await?)
}

async fn send(State(sandbox): Shared, Json(order): Json<Order>) -> Result<Json<Sent>, Refused> {
    let keys = blocking(move || sandbox.send(&order)).await?;
    Ok(Json(Sent { keys }))
}

async fn clock(State(sandbox): Shared, Json(leap): Json<Leap>) -> Result<Json<Done>, Refused> {
    let done = blocking(move || sandbox.leap(leap.span)).await?;
    Ok(Json(Done { done }))
}

async fn stub(State(sandbox): Shared, Json(change): Json<Change>) -> Result<Json<Done>, Refused> {
    let done = blocking(move || sandbox.change(&change)).await?;
    Ok(Json(Done { done }))
}

async fn snapshot(State(sandbox): Shared, Json(snapshot): Json<Snapshot>) -> Result<Json<Done>, Refused> {
    let done = blocking(move || {
        sandbox.with(|world| world.snapshot(&snapshot.folder))?;
        Ok(format!("the snapshot stands in {}", snapshot.folder.display()))
    });
    Ok(Json(Done { done: done.await? }))
}

async fn restore(State(sandbox): Shared, Json(snapshot): Json<Snapshot>) -> Result<Json<Done>, Refused> {
    let done = blocking(move || sandbox.restore(&snapshot)).await?;
    Ok(Json(Done { done }))
}

/// Everything here waits for the broker.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

impl Sandbox {
    /// A sandbox that runs.
    pub(super) fn new(world: World, failed: mpsc::Sender<anyhow::Error>) -> Self {
        Self {
            stage: Arc::clone(&world.stage),
            kept: Arc::clone(&world.kept),
            world: Mutex::new(Some(world)),
            failed,
        }
    }

    /// Does something with what runs; what else is asked for waits.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut World) -> anyhow::Result<T>) -> anyhow::Result<T> {
        work(self.world.lock().as_mut().context("the sandbox has stopped")?)
    }

    /// Sends events, and gives the keys of their sagas.
    pub(super) fn send(&self, order: &Order) -> anyhow::Result<Vec<String>> {
        self.with(|world| world.send(order))
    }

    /// Moves time forward, and says what it is.
    pub(super) fn leap(&self, span: Span) -> anyhow::Result<String> {
        self.with(|world| {
            let event = Event::Clock(span);
            world.recorder.came(event)?;
            world.advance(span.0)?;
            Ok(format!("the time is {}", rfc3339(world.clock.now())))
        })
    }

    /// Changes how a stub behaves, and says how it does then.
    pub(super) fn change(&self, change: &Change) -> anyhow::Result<String> {
        self.with(|world| world.change(change))
    }

    /// Stops everything, and starts it again from a snapshot on the same ports.
    fn restore(&self, snapshot: &Snapshot) -> anyhow::Result<String> {
        let mut running = self.world.lock();
        let world = running.as_ref().context("the sandbox has stopped")?;
        anyhow::ensure!(world.ground.is_own(), "a Kafka of others cannot be put back");
        check_snapshot(&snapshot.folder, self.stage.partitions)?;
        let opening = Opening {
            ports: world.addresses.ports()?,
            began_at_ms: None,
        };
        if let Some(world) = running.take() {
            world.stop();
        }
        let started = self
            .kept
            .take(&snapshot.folder)
            .and_then(|()| World::start(&self.stage, &self.kept, &opening));
        match started {
            Ok(world) => {
                let time = rfc3339(world.clock.now());
                *running = Some(world);
                Ok(format!(
                    "the sandbox stands where {} was taken: the time is {time}",
                    snapshot.folder.display()
                ))
            }
            Err(error) => {
                let told = format!("the sandbox stopped, because it could not be put back: {error:#}");
                // Whoever listens has stopped already otherwise.
                drop(self.failed.try_send(error));
                anyhow::bail!(told)
            }
        }
    }

    /// Stops everything.
    pub(super) fn stop(&self) {
        let world = self.world.lock().take();
        if let Some(world) = world {
            world.stop();
        }
    }
}
