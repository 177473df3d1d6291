//! What stands in requests: schemas, versions, levels.

use axum::body::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, Level, Reference, Result, Submission, WantedVersion};

/// The body of a registration, a look-up or a check. What Confluent's clients send beside it (metadata, rules) has no
/// meaning here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemaBody {
    schema: Option<String>,
    schema_type: Option<String>,
    references: Option<Vec<Reference>>,
}

#[derive(Deserialize)]
struct LevelBody {
    compatibility: String,
}

/// Reads the body whatever its content type says: clients differ.
pub(super) fn submission(body: &Bytes) -> Result<Submission> {
    let body: SchemaBody = json(body)?;
    match body.schema_type.as_deref() {
        None | Some("AVRO") => {}
        Some(other) => {
            return Err(Error::InvalidSchema(format!(
                "this registry knows AVRO only, not {other}"
            )));
        }
    }
    let text = body.schema.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error::InvalidSchema("the schema is empty".to_owned()))?;
    Ok(Submission {
        text,
        references: body.references.unwrap_or_default(),
    })
}

pub(super) fn level(body: &Bytes) -> Result<Level> {
    let LevelBody { compatibility } = json(body)?;
    let upper = compatibility.to_uppercase();
    serde_json::from_value(upper.into()).map_err(|_| Error::InvalidLevel(compatibility))
}

pub(super) fn version(text: &str) -> Result<WantedVersion> {
    match text {
        "latest" | "-1" => Ok(WantedVersion::Latest),
        number => match number.parse() {
            Ok(number) if number > 0 => Ok(WantedVersion::Number(number)),
            _ => Err(Error::InvalidVersion(text.to_owned())),
        },
    }
}

fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| Error::UnreadableRequest(error.to_string()))
}
