//! `/subjects`: which there are, looking schemas up in them, deleting them.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};

use super::body;
use super::parameters::Asked;
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::{Version, VersionNumber};

pub(super) async fn list(State(registry): State<Shared>, Query(asked): Asked) -> Handled<Vec<String>> {
    registry
        .run(move |registry| {
            let mut subjects = registry.subjects(asked.deleted());
            // A prefix of a context's form means the one context that there is.
            let prefix = asked.text("subjectPrefix");
            subjects.retain(|subject| prefix == ":*:" || subject.starts_with(prefix));
            asked.page(subjects.into_iter().map(str::to_owned).collect())
        })
        .await
        .map(Reply)
}

pub(super) async fn find(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
    body: Bytes,
) -> Handled<Version> {
    let wanted = body::registration(&body)?;
    registry
        .run(move |registry| registry.find(&subject, &wanted.schema, asked.look_up()))
        .await
        .map(Reply)
}

pub(super) async fn delete(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
) -> Handled<Vec<VersionNumber>> {
    registry
        .run(move |registry| registry.delete_subject(&subject, asked.removal()))
        .await
        .map(Reply)
}
