//! `/schemas`: looking schemas up by their id or GUID, wherever they are registered.

use axum::extract::{Path, Query, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::parameters::{Asked, Parameters, number};
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::guid::guid;
use crate::{Place, Result, SchemaId, Submission, Version, WantedVersion};

/// A schema that is looked up without a subject.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    #[serde(flatten)]
    schema: Submission,
    guid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_id: Option<SchemaId>,
}

impl Found {
    fn of(schema: Submission, max_id: Option<SchemaId>) -> Found {
        Found {
            guid: guid(&schema),
            schema,
            max_id,
        }
    }
}

/// Every version of every subject.
pub(super) async fn list(State(registry): State<Shared>, Query(asked): Asked) -> Handled<Vec<Version>> {
    registry
        .run(move |registry| {
            let (deleted, prefix) = (asked.deleted(), asked.text("subjectPrefix"));
            let mut found = Vec::new();
            for subject in registry.subjects(deleted) {
                if !subject.starts_with(prefix) && prefix != ":*:" {
                    continue;
                }
                let mut versions = registry.versions(subject, deleted)?;
                if asked.flag("latestOnly") {
                    versions = versions.split_off(versions.len().saturating_sub(1));
                }
                for version in versions {
                    found.push(registry.version(subject, WantedVersion::Number(version), deleted)?);
                }
            }
            asked.page(found)
        })
        .await
        .map(Reply)
}

pub(super) async fn schema(
    State(registry): State<Shared>,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Handled<Found> {
    let id = number(&id)?;
    registry
        .run(move |registry| {
            let max_id = asked.flag("fetchMaxId").then(|| registry.id_max());
            Ok(Found::of(registry.schema(id)?.clone(), max_id))
        })
        .await
        .map(Reply)
}

/// The schema itself, and not a string that holds it.
pub(super) async fn text(State(registry): State<Shared>, Path(id): Path<String>) -> Result<String> {
    let id = number(&id)?;
    registry
        .run(move |registry| Ok(registry.schema(id)?.text.clone()))
        .await
}

pub(super) async fn subjects(
    State(registry): State<Shared>,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Handled<Vec<String>> {
    let mut subjects: Vec<String> = places(&registry, &id, &asked)
        .await?
        .into_iter()
        .map(|place| place.subject)
        .collect();
    subjects.dedup();
    asked.page(subjects).map(Reply)
}

pub(super) async fn versions(
    State(registry): State<Shared>,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Handled<Vec<Place>> {
    let places = places(&registry, &id, &asked).await?;
    asked.page(places).map(Reply)
}

pub(super) async fn by_guid(State(registry): State<Shared>, Path(guid): Path<String>) -> Handled<Found> {
    registry
        .run(move |registry| Ok(Found::of(registry.schema_by_guid(&guid)?.1.clone(), None)))
        .await
        .map(Reply)
}

pub(super) async fn ids_of_guid(State(registry): State<Shared>, Path(guid): Path<String>) -> Handled<Value> {
    let found = registry
        .run(move |registry| Ok(registry.schema_by_guid(&guid).map(|(id, _)| id).ok()))
        .await?;
    let ids: Vec<Value> = found.iter().map(|id| json!({"context": ".", "id": id})).collect();
    Ok(Reply(json!(ids)))
}

async fn places(registry: &Shared, id: &str, asked: &Parameters) -> Result<Vec<Place>> {
    let (id, deleted) = (number(id)?, asked.deleted());
    registry
        .run(move |registry| Ok(registry.places(id, deleted)?.into_iter().cloned().collect()))
        .await
}
