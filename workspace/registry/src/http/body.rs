//! What stands in a request's body.

use axum::body::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::{Config, Error, Level, Mode, Reference, Registration, Result, Submission};

/// A registration, a look-up or a check. What Confluent's clients send beside it (metadata, rules) has no meaning here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemaBody {
    schema: Option<String>,
    schema_type: Option<String>,
    references: Option<Vec<Reference>>,
    id: Option<i32>,
    version: Option<i32>,
}

/// What is to be set. A null takes a setting back; what is not named stays.
#[derive(Deserialize)]
struct ConfigBody {
    #[serde(default, deserialize_with = "named")]
    compatibility: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    normalize: Option<Option<bool>>,
}

#[derive(Deserialize)]
struct ModeBody {
    mode: Option<String>,
}

/// Reads the body whatever its content type says: clients differ.
pub(super) fn registration(body: &Bytes) -> Result<Registration> {
    let body: SchemaBody = json(body)?;
    let schema = Submission {
        schema_type: body.schema_type.filter(|language| language != Submission::AVRO),
        text: body.schema.unwrap_or_default(),
        references: body.references.unwrap_or_default(),
    };
    // A negative number means that none is wanted, and so does version 0.
    let version = body.version.and_then(|version| u32::try_from(version).ok());
    Ok(Registration {
        id: body.id.and_then(|id| u32::try_from(id).ok()),
        version: version.filter(|version| *version > 0),
        ..Registration::of(schema)
    })
}

/// The config with what the body sets in it.
pub(super) fn config(body: &Bytes, before: Config) -> Result<Config> {
    let body: ConfigBody = json(body)?;
    let level = |name: String| Level::of(&name).ok_or(Error::InvalidLevel(name));
    Ok(Config {
        compatibility_level: match body.compatibility {
            Some(name) => name.map(level).transpose()?,
            None => before.compatibility_level,
        },
        normalize: body.normalize.unwrap_or(before.normalize),
        others: before.others,
    })
}

pub(super) fn mode(body: &Bytes) -> Result<Mode> {
    let ModeBody { mode } = json(body)?;
    let name = mode.unwrap_or_default();
    Mode::of(&name).ok_or(Error::InvalidMode(name))
}

fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| Error::UnreadableRequest(error.to_string()))
}

/// Tells what is null from what is not there.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> std::result::Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
