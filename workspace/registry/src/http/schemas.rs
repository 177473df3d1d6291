//! `/schemas`: looking schemas up by their id.

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::reply::{Handled, Reply};
use super::serve::Shared;
use crate::{Error, Result, SchemaId, Submission};

pub(super) async fn schema(State(registry): State<Shared>, Path(id): Path<String>) -> Handled<Submission> {
    Ok(Reply(registry.lock().schema(number(&id)?)?.clone()))
}

/// The schema itself, and not a string that holds it.
pub(super) async fn text(State(registry): State<Shared>, Path(id): Path<String>) -> Result<String> {
    Ok(registry.lock().schema(number(&id)?)?.text.clone())
}

pub(super) async fn subjects(State(registry): State<Shared>, Path(id): Path<String>) -> Handled<Vec<String>> {
    let registry = registry.lock();
    let uses = registry.uses(number(&id)?)?;
    Ok(Reply(uses.into_iter().map(|(subject, _)| subject.to_owned()).collect()))
}

pub(super) async fn versions(State(registry): State<Shared>, Path(id): Path<String>) -> Handled<Vec<Value>> {
    let registry = registry.lock();
    let uses = registry.uses(number(&id)?)?;
    Ok(Reply(
        uses.into_iter()
            .map(|(subject, version)| json!({"subject": subject, "version": version}))
            .collect(),
    ))
}

fn number(id: &str) -> Result<SchemaId> {
    id.parse()
        .map_err(|_| Error::UnreadableRequest(format!("'{id}' is not the id of a schema")))
}
