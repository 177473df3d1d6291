//! The HTTP server for probes, metrics and people: `/healthz`, `/readyz`, `/metrics`, `/tasks`, `/sagas/…`.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use palinode_core::SagaId;
use palinode_engine::{
    Node, Query,
    cycle::{Shared, Status},
};
use palinode_store::Stores;
use serde_json::json;
use tokio::sync::oneshot;

use crate::{definitions::Shelf, describe::saga_view, members::Board};

/// How long a request waits for its task. A task answers between two batches, so this is far more than it needs.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// What the handlers need.
pub(crate) struct App<St: Stores> {
    pub(crate) node: Arc<Node>,
    pub(crate) shared: Arc<Shared<St>>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) members: Arc<Board>,
}

impl<St: Stores> Clone for App<St> {
    fn clone(&self) -> Self {
        Self {
            node: Arc::clone(&self.node),
            shared: Arc::clone(&self.shared),
            shelf: Arc::clone(&self.shelf),
            metrics: self.metrics.clone(),
            members: Arc::clone(&self.members),
        }
    }
}

/// The routes.
pub(crate) fn router<St: Stores>(app: App<St>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready::<St>))
        .route("/metrics", get(metrics::<St>))
        .route("/tasks", get(tasks::<St>))
        .route("/sagas/{definition}/{key}", get(saga::<St>))
        .with_state(app)
}

/// Ready: no task is parked or stuck in a take-over. A node without a task is ready: it stands by.
async fn ready<St: Stores>(State(app): State<App<St>>) -> Response {
    let troubles: Vec<String> = app
        .node
        .status()
        .into_iter()
        .filter_map(|(task, status)| match status {
            Status::Parked { reason, .. } => Some(format!("task {task} is parked: {reason}")),
            Status::TakingOver { stage, trouble, .. } => {
                let trouble = trouble.map(|trouble| format!(": {trouble}")).unwrap_or_default();
                Some(format!("task {task} is being taken over, {stage}{trouble}"))
            }
            Status::Idle | Status::Standby { .. } | Status::Running { .. } => None,
        })
        .collect();
    if troubles.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, troubles.join("\n") + "\n").into_response()
}

async fn metrics<St: Stores>(State(app): State<App<St>>) -> Response {
    for (task, status) in app.node.status() {
        let task = task.to_string();
        let (state, open) = match status {
            Status::Idle => (0.0, 0),
            Status::Standby { .. } => (4.0, 0),
            Status::TakingOver { .. } => (1.0, 0),
            Status::Running { open_sagas, .. } => (2.0, open_sagas),
            Status::Parked { .. } => (3.0, 0),
        };
        ::metrics::gauge!("palinode_task_state", "task" => task.clone()).set(state);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float, and counts stay far below 2^53"
        )]
        ::metrics::gauge!("palinode_open_sagas", "task" => task).set(open as f64);
    }
    let lags = app.members.lags();
    for task in app.node.status().into_keys() {
        let lag = lags.get(&task).copied().unwrap_or(0);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float, and counts stay far below 2^53"
        )]
        ::metrics::gauge!("palinode_standby_lag_records", "task" => task.to_string()).set(lag as f64);
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.render(),
    )
        .into_response()
}

async fn tasks<St: Stores>(State(app): State<App<St>>) -> Response {
    let lags = app.members.lags();
    let tasks: Vec<_> = app
        .node
        .status()
        .into_iter()
        .map(|(task, status)| match status {
            Status::Idle => json!({ "task": task, "state": "idle" }),
            Status::Standby { journal, trouble } => {
                let lag = lags.get(&task);
                json!({ "task": task, "state": "standby", "journal": journal, "lag": lag, "trouble": trouble })
            }
            Status::TakingOver { stage, trouble, .. } => {
                json!({ "task": task, "state": "taking over", "stage": stage, "trouble": trouble })
            }
            Status::Running {
                open_sagas, waiting, ..
            } => {
                json!({ "task": task, "state": "running", "open_sagas": open_sagas, "waiting": waiting })
            }
            Status::Parked { reason, since } => {
                let since = palinode_wire::rfc3339(since);
                json!({ "task": task, "state": "parked", "reason": reason, "since": since })
            }
        })
        .collect();
    Json(tasks).into_response()
}

async fn saga<St: Stores>(State(app): State<App<St>>, Path((definition, key)): Path<(String, String)>) -> Response {
    let (sender, answer) = oneshot::channel();
    let id = SagaId::new(definition.as_str(), key.as_str());
    let plan_id = id.definition.clone();
    app.node.saga(id, move |result| {
        // A client that went away needs no answer.
        let _ = sender.send(result);
    });
    match tokio::time::timeout(ANSWER_WAIT, answer).await {
        Ok(Ok(Ok(Some(saga)))) => {
            let version = match &saga {
                palinode_core::Saga::Open(state) => Some(state.version),
                palinode_core::Saga::Closed(closed) => Some(closed.version),
                palinode_core::Saga::CancelledEarly { .. } | palinode_core::Saga::Lock(_) => None,
            };
            let definitions = app.shelf.last().definitions;
            let plan = version.and_then(|version| definitions.plan(&plan_id, version));
            let view = saga_view(&definition, &key, &saga, plan.map(Arc::as_ref), &app.shared.schemas);
            Json(view).into_response()
        }
        Ok(Ok(Ok(None))) => problem(
            StatusCode::NOT_FOUND,
            "There is no such saga",
            &format!("No saga of the definition '{definition}' with the key '{key}' is known."),
        ),
        Ok(Ok(Err(Query::Elsewhere { task }))) => problem(
            StatusCode::MISDIRECTED_REQUEST,
            "The saga is at another node",
            &format!("It belongs to task {task}, which does not run at this node. Ask the other nodes."),
        ),
        Ok(Ok(Err(Query::Failed { reason }))) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "The saga could not be read", &reason)
        }
        Ok(Err(_)) | Err(_) => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "The task did not answer in time",
            "It may be taking over or waiting for Kafka; see /tasks.",
        ),
    }
}

/// An RFC 9457 problem.
fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!({ "title": title, "status": status.as_u16(), "detail": detail }).to_string();
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}
