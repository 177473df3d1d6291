//! `palinode validate`.

use std::collections::BTreeMap;

use anyhow::Context;
use palinode_definition::{Definition, check_schemas, check_sub_sagas, json_schema};
use palinode_server::{files_below, read_schema_files};

use crate::{Verdict, arguments::Validate, say};

pub(crate) fn validate(arguments: &Validate) -> anyhow::Result<Verdict> {
    if arguments.schema {
        say(json_schema().trim_end())?;
        return Ok(Verdict::Done);
    }
    let schemas = arguments.schemas.as_deref().map(read_schema_files).transpose()?;
    let mut found = 0;
    let mut read = 0;
    let mut definitions = Vec::new();
    for path in &arguments.definitions {
        for file in files_below(path, "yaml")? {
            let bytes = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            read += 1;
            found += report(&file.display().to_string(), &bytes, schemas.as_ref(), &mut definitions)?;
        }
    }
    anyhow::ensure!(read > 0, "there is no *.yaml file to check");
    for diagnostic in check_sub_sagas(&definitions) {
        found += 1;
        say(diagnostic)?;
    }
    if found > 0 {
        say(format_args!("{found} error(s)"))?;
        return Ok(Verdict::Found);
    }
    Ok(Verdict::Done)
}

/// Prints what is wrong with one definition, or that it is right; gives the number of errors. One that can be read goes to
/// the others.
fn report(
    file: &str,
    bytes: &[u8],
    schemas: Option<&BTreeMap<String, String>>,
    definitions: &mut Vec<Definition>,
) -> anyhow::Result<usize> {
    let definition = match Definition::read_bytes(file, bytes) {
        Ok(definition) => definition,
        Err(diagnostics) => {
            say(&diagnostics)?;
            return Ok(diagnostics.iter().count());
        }
    };
    let unfit = schemas.map_or_else(Vec::new, |schemas| {
        check_schemas(&definition, &|record| schemas.get(record.as_str()).cloned())
    });
    for diagnostic in &unfit {
        say(diagnostic)?;
    }
    if unfit.is_empty() {
        let plan = &definition.plan;
        let checked = if schemas.is_some() {
            "checked against the schemas"
        } else {
            "not checked against schemas"
        };
        say(format_args!(
            "{file}: {} version {}, {} steps: right, {checked}",
            plan.name,
            plan.version,
            plan.steps.len()
        ))?;
    }
    definitions.push(definition);
    Ok(unfit.len())
}
