//! The definitions that the configuration names.

use std::{path::PathBuf, sync::Arc};

use palinode_core::Plan;
use palinode_definition::{Definition, check_sub_sagas};

use crate::{Error, files_below};

/// A definition as it stands in a file.
#[derive(Clone)]
pub(crate) struct DefinitionFile {
    pub(crate) text: String,
    pub(crate) plan: Arc<Plan>,
}

impl DefinitionFile {
    /// Reads the files below `paths`.
    pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Vec<Self>, Error> {
        let mut read: Vec<Definition> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        let mut diagnostics = String::new();
        for path in paths {
            for file in files_below(path, "yaml")? {
                let text = std::fs::read_to_string(&file).map_err(|source| Error::File {
                    path: file.clone(),
                    source,
                })?;
                match Definition::read(&file.display().to_string(), &text) {
                    Ok(definition) => {
                        read.push(definition);
                        texts.push(text);
                    }
                    Err(found) => diagnostics.push_str(&found.to_string()),
                }
            }
        }
        for found in check_sub_sagas(&read) {
            diagnostics.push_str(&format!("{found}\n"));
        }
        if !diagnostics.is_empty() {
            return Err(Error::Definitions { diagnostics });
        }
        if read.is_empty() {
            return Err(Error::Configuration {
                reason: "'definitions' names no *.yaml file".into(),
            });
        }
        let definitions = read.into_iter().zip(texts).map(|(definition, text)| Self {
            text,
            plan: Arc::new(definition.plan),
        });
        Ok(definitions.collect())
    }
}

/// Reads the definitions below `paths`.
///
/// # Errors
/// When a file cannot be read, or definitions have errors; all of them are told.
pub fn read_definitions(paths: &[PathBuf]) -> Result<Vec<Arc<Plan>>, Error> {
    let files = DefinitionFile::read_all(paths)?;
    Ok(files.into_iter().map(|file| file.plan).collect())
}
