//! Avro schemas from files to the registry.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use palinode_core::SchemaId;
use palinode_log::registry::{RegistryClient, RegistryError};
use palinode_wire::own;

use crate::Error;

/// Reads the schemas below `folder` (`*.avsc`): record name → text.
///
/// # Errors
/// When a file cannot be read or names no record.
pub fn read_schema_files(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut schemas = BTreeMap::new();
    for path in files_below(folder, "avsc")? {
        let text = std::fs::read_to_string(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        let name = record_name(&text).ok_or_else(|| Error::Configuration {
            reason: format!("{} is not an Avro schema of a record with a name", path.display()),
        })?;
        schemas.insert(name, text);
    }
    Ok(schemas)
}

/// Registers our own schemas and those of `folder`, each under its record's name. Gives our own by id.
///
/// # Errors
/// When a file cannot be read, or the registry does not answer or refuses.
pub async fn register_schemas(
    client: &RegistryClient,
    url: &str,
    folder: Option<&Path>,
) -> Result<BTreeMap<SchemaId, String>, Error> {
    let refused = |subject: &str, error: RegistryError| {
        Error::registry(url, &format!("the schema of '{subject}' was not registered"), &error)
    };
    let mut ours = BTreeMap::new();
    for schema in own::ALL {
        let id = client
            .register(schema.name, schema.text)
            .await
            .map_err(|error| refused(schema.name, error))?;
        ours.insert(SchemaId(id.0), schema.text.to_owned());
    }
    let others = folder.map(read_schema_files).transpose()?.unwrap_or_default();
    for (subject, text) in others
        .iter()
        .filter(|(subject, _)| !own::ALL.iter().any(|ours| ours.name == *subject))
    {
        client
            .register(subject, text)
            .await
            .map_err(|error| refused(subject, error))?;
    }
    Ok(ours)
}

/// How the files of scenarios end, which stand beside the definitions that they rehearse and are none.
const SCENARIOS: &str = ".test.yaml";

/// All files below `folder` with `extension`, in the order of their paths; `folder` itself when it is a file. Files of
/// scenarios are left out.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::File {
        path: folder.to_owned(),
        source,
    };
    if std::fs::metadata(folder).map_err(unreadable)?.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|it| it == extension) && !path.to_string_lossy().ends_with(SCENARIOS) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn record_name(text: &str) -> Option<String> {
    let schema: serde_json::Value = serde_json::from_str(text).ok()?;
    let name = schema.get("name")?.as_str()?;
    match schema.get("namespace").and_then(serde_json::Value::as_str) {
        Some(namespace) if !name.contains('.') => Some(format!("{namespace}.{name}")),
        _ => Some(name.to_owned()),
    }
}
