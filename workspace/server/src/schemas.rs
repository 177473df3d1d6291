//! Avro schemas from files to the registry.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use palinode_log::registry::RegistryClient;
use palinode_wire::own;

use crate::Error;

/// Reads the schemas below `folder` (`*.avsc`): record name → text.
///
/// # Errors
/// When a file cannot be read or names no record.
pub fn read_schema_files(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut schemas = BTreeMap::new();
    for path in files_below(folder, "avsc")? {
        let text = std::fs::read_to_string(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        let name = record_name(&text).ok_or_else(|| Error::Configuration {
            reason: format!("{} is not an Avro schema of a record with a name", path.display()),
        })?;
        schemas.insert(name, text);
    }
    Ok(schemas)
}

/// Registers our own schemas and those of `folder`, each under its record's name.
///
/// # Errors
/// When a file cannot be read, or the registry does not answer or refuses.
pub async fn register_schemas(client: &RegistryClient, folder: Option<&Path>) -> Result<(), Error> {
    let mut schemas: BTreeMap<String, String> = match folder {
        Some(folder) => read_schema_files(folder)?,
        None => BTreeMap::new(),
    };
    schemas.extend(own::ALL.iter().map(|schema| (schema.name.to_owned(), schema.text.to_owned())));
    for (subject, text) in &schemas {
        client.register(subject, text).await.map_err(|error| Error::Registry {
            url: client.url().to_owned(),
            reason: format!("the schema of '{subject}' was not registered: {error}"),
        })?;
    }
    Ok(())
}

/// All files below `folder` with `extension`, in the order of their paths; `folder` itself when it is a file.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::File { path: folder.to_owned(), source };
    if std::fs::metadata(folder).map_err(unreadable)?.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|it| it == extension) {
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
