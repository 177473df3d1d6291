//! What people ask: the tasks of the node, and single sagas.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use palinode_core::SagaId;
use palinode_engine::{Query, cycle::Status};
use palinode_store::Stores;
use serde_json::json;
use tokio::sync::oneshot;

use super::Front;
use crate::describe::saga_view;

/// How long a request waits for its task. A task answers between two batches, so this is far more than it needs.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// The title of an answer while there are no tasks yet.
const STARTING: &str = "The node is starting";

pub(super) async fn tasks<St: Stores>(State(front): State<Arc<Front<St>>>) -> Response {
    let app = match front.app() {
        Ok(app) => app,
        Err(starting) => return problem(StatusCode::SERVICE_UNAVAILABLE, STARTING, &starting),
    };
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

pub(super) async fn saga<St: Stores>(
    State(front): State<Arc<Front<St>>>,
    Path((definition, key)): Path<(String, String)>,
) -> Response {
    let app = match front.app() {
        Ok(app) => app,
        Err(starting) => return problem(StatusCode::SERVICE_UNAVAILABLE, STARTING, &starting),
    };
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
