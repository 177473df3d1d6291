//! `/compatibility`: checks without a registration.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::body;
use super::parameters::{self, Asked, Parameters};
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::{Error, WantedVersion};

pub(super) async fn check(
    State(registry): State<Shared>,
    Path((subject, version)): Path<(String, String)>,
    Query(asked): Asked,
    body: Bytes,
) -> Handled<Value> {
    checked(&registry, subject, Some(parameters::version(&version)?), asked, &body).await
}

pub(super) async fn check_all(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
    body: Bytes,
) -> Handled<Value> {
    checked(&registry, subject, None, asked, &body).await
}

async fn checked(
    registry: &Shared,
    subject: String,
    against: Option<WantedVersion>,
    asked: Parameters,
    body: &Bytes,
) -> Handled<Value> {
    let (wanted, look_up, is_verbose) = (body::registration(body)?, asked.look_up(), asked.flag("verbose"));
    let checked = registry
        .run(move |registry| registry.objections(&subject, against, &wanted.schema, look_up))
        .await;
    let messages = match checked {
        // Whoever wants to know why learns it in the same place.
        Err(error @ Error::InvalidSchema(_)) if is_verbose => vec![error.to_string()],
        other => other?,
    };
    let mut reply = json!({ "is_compatible": messages.is_empty() });
    if is_verbose {
        reply["messages"] = json!(messages);
    }
    Ok(Reply(reply))
}
