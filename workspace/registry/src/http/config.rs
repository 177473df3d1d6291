//! `/config`: how registrations are judged.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::body;
use super::parameters::Asked;
use super::reply::{Handled, Reply};
use super::shared::Shared;
use crate::Config;

pub(super) async fn global(State(registry): State<Shared>) -> Handled<Config> {
    registry
        .run(|registry| Ok(registry.config(None)?.shown()))
        .await
        .map(Reply)
}

pub(super) async fn own(
    State(registry): State<Shared>,
    Path(subject): Path<String>,
    Query(asked): Asked,
) -> Handled<Config> {
    registry
        .run(move |registry| {
            if asked.flag("defaultToGlobal") {
                return Ok(registry.config_in_force(&subject).shown());
            }
            Ok(registry.config(Some(&subject))?.shown())
        })
        .await
        .map(Reply)
}

pub(super) async fn set_global(State(registry): State<Shared>, body: Bytes) -> Handled<Value> {
    change(&registry, None, body).await
}

pub(super) async fn set(State(registry): State<Shared>, Path(subject): Path<String>, body: Bytes) -> Handled<Value> {
    change(&registry, Some(subject), body).await
}

pub(super) async fn delete_global(State(registry): State<Shared>) -> Handled<Config> {
    take_back(&registry, None).await
}

pub(super) async fn delete(State(registry): State<Shared>, Path(subject): Path<String>) -> Handled<Config> {
    take_back(&registry, Some(subject)).await
}

/// The reply is what a request would have to say to set all of it.
async fn change(registry: &Shared, subject: Option<String>, body: Bytes) -> Handled<Value> {
    let config = registry
        .run(move |registry| {
            let subject = subject.as_deref();
            let config = body::config(&body, registry.config(subject).unwrap_or_default())?;
            registry.configure(subject, config.clone())?;
            Ok(config)
        })
        .await?;
    let mut reply = json!({});
    if let Some(level) = config.compatibility_level {
        reply["compatibility"] = json!(level);
    }
    if let Some(normalize) = config.normalize {
        reply["normalize"] = json!(normalize);
    }
    Ok(Reply(reply))
}

async fn take_back(registry: &Shared, subject: Option<String>) -> Handled<Config> {
    registry
        .run(move |registry| Ok(registry.delete_config(subject.as_deref())?.shown()))
        .await
        .map(Reply)
}
