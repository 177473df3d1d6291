//! The control port of a running sandbox: `/send`, `/clock`, `/stub`, `/status`.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use palinode_engine::{Clock, Node, cycle};
use palinode_wire::rfc3339;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{
    form::Given,
    ground::Ground,
    kept::Kept,
    senders::Starter,
    span::Span,
    status::{Status, StubStatus},
    stub::{Change, Desk, Sagas},
};

/// What the handlers work with.
pub(super) struct Sandbox {
    pub(super) ground: Ground,
    pub(super) clock: Clock,
    pub(super) kept: Kept,
    pub(super) node: Arc<Node>,
    pub(super) desk: Arc<Mutex<Desk>>,
    pub(super) sagas: Arc<Mutex<Sagas>>,
    pub(super) starter: Starter,
    /// What keys are made of that nobody names: this sandbox, and a number.
    pub(super) keys: String,
}

/// Events to send.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    pub(super) definition: String,
    pub(super) key: Option<String>,
    pub(super) count: u32,
    pub(super) cancel: bool,
    pub(super) fields: Given,
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
        .route("/send", post(send))
        .route("/clock", post(clock))
        .route("/stub", post(stub))
        .with_state(sandbox)
}

async fn status(State(sandbox): State<Arc<Sandbox>>) -> Json<Status> {
    Json(sandbox.status())
}

async fn send(State(sandbox): State<Arc<Sandbox>>, Json(order): Json<Order>) -> Result<Json<Sent>, Refused> {
    // Waiting for the broker's confirmation blocks.
    let keys = tokio::task::spawn_blocking(move || sandbox.send(&order)).await??;
    Ok(Json(Sent { keys }))
}

async fn clock(State(sandbox): State<Arc<Sandbox>>, Json(leap): Json<Leap>) -> Result<Json<Done>, Refused> {
    // The records' time first: a task whose clock is ahead of the broker's would not be taken over.
    sandbox.ground.advance(leap.span.0)?;
    sandbox.clock.advance(leap.span.0);
    sandbox.kept.keep_moved(sandbox.clock.moved())?;
    let done = format!("the time is {}", rfc3339(sandbox.clock.now()));
    Ok(Json(Done { done }))
}

async fn stub(State(sandbox): State<Arc<Sandbox>>, Json(change): Json<Change>) -> Result<Json<Done>, Refused> {
    let mut desk = sandbox.desk.lock();
    let command = desk.change(&change)?;
    let rule = desk.describe().remove(&command).map(|(rule, _)| rule);
    let done = format!("{command}: {}", rule.unwrap_or_default());
    Ok(Json(Done { done }))
}

impl Sandbox {
    fn send(&self, order: &Order) -> anyhow::Result<Vec<String>> {
        if order.cancel {
            let key = order.key.clone().unwrap_or_default();
            self.starter.cancel(&order.definition, &key, &order.fields)?;
            self.starter.flush()?;
            return Ok(vec![key]);
        }
        let mut keys = Vec::new();
        for number in 1..=order.count {
            let key = match &order.key {
                Some(key) if order.count == 1 => key.clone(),
                Some(key) => format!("{key}-{number}"),
                None => format!("{}-{}", self.keys, self.sagas.lock().sent + 1),
            };
            self.starter.start(&order.definition, &key, &order.fields)?;
            self.sagas.lock().sent += 1;
            keys.push(key);
        }
        self.starter.flush()?;
        Ok(keys)
    }

    fn status(&self) -> Status {
        let (mut running, mut open) = (0, 0);
        let tasks = self.node.status();
        for status in tasks.values() {
            if let cycle::Status::Running { open_sagas, .. } = status {
                running += 1;
                open += open_sagas;
            }
        }
        let sagas = Sagas {
            open,
            ..*self.sagas.lock()
        };
        let stubs = self.desk.lock().describe();
        let line = |(command, (rule, counts))| (command, StubStatus { rule, counts });
        Status {
            time: rfc3339(self.clock.now()),
            moved_seconds: self.clock.moved().as_secs(),
            tasks: (running, tasks.len()),
            sagas,
            stubs: stubs.into_iter().map(line).collect(),
        }
    }

    /// Waits until all tasks run.
    pub(super) async fn until_ready(&self, at_most: Duration, look: Duration) -> anyhow::Result<()> {
        let all_run = async {
            loop {
                let status = self.status();
                if status.tasks.0 == status.tasks.1 {
                    return;
                }
                tokio::time::sleep(look).await;
            }
        };
        tokio::time::timeout(at_most, all_run).await.map_err(|_| {
            anyhow::anyhow!("the orchestrator's tasks did not run within {at_most:?}; --log info says more")
        })
    }
}
