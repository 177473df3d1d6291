//! What probes and Prometheus ask.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use palinode_engine::cycle::Status;
use palinode_log::Need;
use palinode_store::Stores;

use super::Front;

/// Ready: what the node needs is there, and no task is parked or stuck in a take-over. A node without a task is ready: it
/// stands by. A registry that is away is told, and makes a node unready only when something waits for it.
pub(super) async fn ready<St: Stores>(State(front): State<Arc<Front<St>>>) -> Response {
    let app = match front.app() {
        Ok(app) => app,
        Err(starting) => {
            let mut lines = vec![starting];
            lines.extend(front.outages.lines());
            return unready(&lines);
        }
    };
    let registry = front.outages.line(Need::Registry);
    let needs = [Need::Broker, Need::Disk].into_iter();
    let mut troubles: Vec<String> = needs.filter_map(|need| front.outages.line(need)).collect();
    for (task, status) in app.node.status() {
        match status {
            Status::Parked { reason, .. } => troubles.push(format!("task {task} is parked: {reason}")),
            Status::TakingOver { stage, trouble, .. } => {
                let trouble = trouble.map(|trouble| format!(": {trouble}")).unwrap_or_default();
                troubles.push(format!("task {task} is being taken over, {stage}{trouble}"));
            }
            Status::Running {
                waiting: Some(waiting), ..
            } if registry.is_some() => troubles.push(format!("task {task} waits: {waiting}")),
            Status::Idle | Status::Standby { .. } | Status::Running { .. } => {}
        }
    }
    if troubles.is_empty() {
        let told = registry.map(|line| line + "\n").unwrap_or_default();
        return format!("ready\n{told}").into_response();
    }
    troubles.extend(registry);
    unready(&troubles)
}

fn unready(lines: &[String]) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, lines.join("\n") + "\n").into_response()
}

pub(super) async fn metrics<St: Stores>(State(front): State<Arc<Front<St>>>) -> Response {
    if let Ok(app) = front.app() {
        let lags = app.members.lags();
        for (task, status) in app.node.status() {
            let lag = lags.get(&task).copied().unwrap_or(0);
            let task = task.to_string();
            let (state, open) = match status {
                Status::Idle => (0.0, 0),
                Status::Standby { .. } => (4.0, 0),
                Status::TakingOver { .. } => (1.0, 0),
                Status::Running { open_sagas, .. } => (2.0, open_sagas),
                Status::Parked { .. } => (3.0, 0),
            };
            ::metrics::gauge!("palinode_task_state", "task" => task.clone()).set(state);
            ::metrics::gauge!("palinode_open_sagas", "task" => task.clone()).set(count(open));
            ::metrics::gauge!("palinode_standby_lag_records", "task" => task).set(count(lag));
        }
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        front.metrics.render(),
    )
        .into_response()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float, and counts stay far below 2^53"
)]
fn count(number: u64) -> f64 {
    number as f64
}
