//! `/config` and `/compatibility`: levels, and checks without a registration.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{Handled, Reply};
use super::request;
use super::serve::Shared;
use crate::{Level, Result, WantedVersion};

/// True or false in whatever letters: the client for Python writes them large.
#[derive(Default, Deserialize)]
struct Flag(String);

impl Flag {
    fn is_set(&self) -> bool {
        self.0.eq_ignore_ascii_case("true")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LevelQuery {
    #[serde(default)]
    default_to_global: Flag,
}

#[derive(Deserialize)]
pub(super) struct CheckQuery {
    #[serde(default)]
    verbose: Flag,
}

pub(super) async fn global_level(State(registry): State<Shared>) -> Handled<Value> {
    Ok(shown(registry.lock().level(None)?))
}

pub(super) async fn level(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(query): Query<LevelQuery>,
) -> Handled<Value> {
    let registry = registry.lock();
    if query.default_to_global.is_set() {
        return Ok(shown(registry.level_in_force(&subject)));
    }
    Ok(shown(registry.level(Some(&subject))?))
}

pub(super) async fn set_global_level(State(registry): State<Shared>, body: Bytes) -> Handled<Value> {
    set(&registry, None, &body)
}

pub(super) async fn set_level(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    body: Bytes,
) -> Handled<Value> {
    set(&registry, Some(&subject), &body)
}

pub(super) async fn check(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
    Query(query): Query<CheckQuery>,
    body: Bytes,
) -> Handled<Value> {
    checked(&registry, &subject, Some(request::version(&version)?), &query, &body)
}

pub(super) async fn check_all(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(query): Query<CheckQuery>,
    body: Bytes,
) -> Handled<Value> {
    checked(&registry, &subject, None, &query, &body)
}

fn shown(level: Level) -> Reply<Value> {
    Reply(json!({ "compatibilityLevel": level }))
}

fn set(registry: &Shared, subject: Option<&str>, body: &Bytes) -> Handled<Value> {
    let level = request::level(body)?;
    registry.lock().set_level(subject, level)?;
    Ok(Reply(json!({ "compatibility": level })))
}

fn checked(
    registry: &Shared,
    subject: &str,
    against: Option<WantedVersion>,
    query: &CheckQuery,
    body: &Bytes,
) -> Result<Reply<Value>> {
    let objections = registry
        .lock()
        .objections(subject, against, &request::submission(body)?)?;
    let mut reply = json!({ "is_compatible": objections.is_empty() });
    if query.verbose.is_set() {
        reply["messages"] = json!(objections);
    }
    Ok(Reply(reply))
}
