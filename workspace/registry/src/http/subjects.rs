//! `/subjects`: registering schemas and looking them up by subject.

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::reply::{Handled, Reply};
use super::request;
use super::serve::Shared;
use crate::{Version, VersionNumber};

pub(super) async fn list(State(registry): State<Shared>) -> Reply<Vec<String>> {
    Reply(registry.lock().subjects().into_iter().map(str::to_owned).collect())
}

pub(super) async fn register(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    body: Bytes,
) -> Handled<Value> {
    let id = registry.lock().register(&subject, &request::submission(&body)?)?;
    Ok(Reply(json!({ "id": id })))
}

pub(super) async fn find(State(registry): State<Shared>, Path(subject): Path<String>, body: Bytes) -> Handled<Version> {
    Ok(Reply(registry.lock().find(&subject, &request::submission(&body)?)?))
}

pub(super) async fn versions(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
) -> Handled<Vec<VersionNumber>> {
    Ok(Reply(registry.lock().versions(&subject)?))
}

pub(super) async fn version(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
) -> Handled<Version> {
    Ok(Reply(registry.lock().version(&subject, request::version(&version)?)?))
}

/// The schema itself, and not a string that holds it.
pub(super) async fn version_text(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
) -> Result<String, crate::Error> {
    Ok(registry
        .lock()
        .version(&subject, request::version(&version)?)?
        .schema
        .text)
}
