//! `/mode`: what may be done.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::body;
use super::parameters::{Asked, Parameters};
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::{Existing, Mode};

pub(super) async fn global(State(registry): State<Shared>) -> Handled<Value> {
    registry.run(|registry| registry.mode(None)).await.map(shown)
}

pub(super) async fn own(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
) -> Handled<Value> {
    let mode = registry.run(move |registry| match asked.flag("defaultToGlobal") {
        true => Ok(registry.mode_in_force(&subject)),
        false => registry.mode(Some(&subject)),
    });
    mode.await.map(shown)
}

pub(super) async fn set_global(State(registry): State<Shared>, Query(asked): Asked, body: Bytes) -> Handled<Value> {
    change(&registry, None, asked, &body).await
}

pub(super) async fn set(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
    body: Bytes,
) -> Handled<Value> {
    change(&registry, Some(subject), asked, &body).await
}

pub(super) async fn delete_global(State(registry): State<Shared>) -> Handled<Value> {
    take_back(&registry, None).await
}

pub(super) async fn delete(State(registry): State<Shared>, Path(subject): Path<String>) -> Handled<Value> {
    take_back(&registry, Some(subject)).await
}

fn shown(mode: Mode) -> Reply<Value> {
    Reply(json!({ "mode": mode }))
}

async fn change(registry: &Shared, subject: Option<String>, asked: Parameters, body: &Bytes) -> Handled<Value> {
    let mode = body::mode(body)?;
    let existing = if asked.flag("force") {
        Existing::Kept
    } else {
        Existing::Refused
    };
    registry
        .run(move |registry| registry.set_mode(subject.as_deref(), mode, existing))
        .await?;
    Ok(shown(mode))
}

async fn take_back(registry: &Shared, subject: Option<String>) -> Handled<Value> {
    let before = registry.run(move |registry| registry.delete_mode(subject.as_deref()));
    before.await.map(shown)
}
