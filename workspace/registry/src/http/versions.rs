//! `/subjects/{subject}/versions`: registering schemas, reading and deleting versions.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::body;
use super::parameters::{self, Asked};
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::{Deleted, Result, SchemaId, Submission, Version, VersionNumber};

/// What became of a registration.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registered {
    id: SchemaId,
    version: VersionNumber,
    guid: String,
    #[serde(flatten)]
    schema: Submission,
}

pub(super) async fn register(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
    body: Bytes,
) -> Handled<Registered> {
    let mut wanted = body::registration(&body)?;
    wanted.normalize = asked.flag("normalize");
    wanted.force = asked.flag("force");
    let Version {
        id,
        version,
        guid,
        schema,
        ..
    } = registry
        .run(move |registry| registry.register(&subject, &wanted))
        .await?;
    Ok(Reply(Registered {
        id,
        version,
        guid,
        schema,
    }))
}

pub(super) async fn list(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
) -> Handled<Vec<i64>> {
    registry
        .run(move |registry| {
            let signed = asked.flag("deletedAsNegative");
            let deleted = if signed { Deleted::Included } else { asked.deleted() };
            // Without a version that is not deleted the subject does not exist, unless deleted ones are asked for.
            registry.versions(&subject, asked.deleted())?;
            let gone = match registry.versions(&subject, Deleted::Only) {
                Ok(gone) if signed => gone,
                _ => Vec::new(),
            };
            let sign = |version: VersionNumber| match gone.contains(&version) {
                true => -i64::from(version),
                false => i64::from(version),
            };
            asked.page(registry.versions(&subject, deleted)?.into_iter().map(sign).collect())
        })
        .await
        .map(Reply)
}

pub(super) async fn version(
    State(registry): State<Shared>,
    Path(place): Path<(String, String)>,
    Query(asked): Asked,
) -> Handled<Version> {
    found(&registry, place, asked.deleted()).await.map(Reply)
}

/// The schema itself, and not a string that holds it.
pub(super) async fn text(
    State(registry): State<Shared>,
    Path(place): Path<(String, String)>,
    Query(asked): Asked,
) -> Result<String> {
    Ok(found(&registry, place, asked.deleted()).await?.schema.text)
}

pub(super) async fn referrers(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
    Query(asked): Asked,
) -> Handled<Vec<SchemaId>> {
    let wanted = parameters::version(&version)?;
    registry
        .run(move |registry| asked.page(registry.referrers(&subject, wanted, asked.deleted())?))
        .await
        .map(Reply)
}

pub(super) async fn delete(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
    Query(asked): Asked,
) -> Handled<Value> {
    let wanted = parameters::version(&version)?;
    let deleted = registry
        .run(move |registry| registry.delete_version(&subject, wanted, asked.removal()))
        .await?;
    Ok(Reply(json!(deleted)))
}

async fn found(registry: &Shared, (subject, version): (String, String), deleted: Deleted) -> Result<Version> {
    let wanted = parameters::version(&version)?;
    registry
        .run(move |registry| registry.version(&subject, wanted, deleted))
        .await
}
