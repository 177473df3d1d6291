//! `palinode test`.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use clap::Args;
use palinode_definition::{Definition, check_schemas};
use palinode_scenario::{Coverage, Head, Results, Suite, junit, limits::FILE_BYTES_MAX, schemas_of, table, text};
use palinode_server::read_schema_files;

use crate::{Verdict, say};

/// How the files of scenarios end.
const SCENARIOS: &str = ".test.yaml";

/// Arguments of `palinode test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Files of scenarios, or folders of them (*.test.yaml).
    #[arg(default_value = "sagas", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The folder of the Avro schemas (*.avsc), in place of the one that a file names.
    #[arg(long)]
    schemas: Option<PathBuf>,
    /// The share of each definition's edges, in percent, that its scenarios have to walk; exit code 1 below it.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
    /// Write the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Plays the scenarios. Exit code 1: a scenario is not as expected, a file or its definition is wrong, or too few edges
/// were walked.
pub(crate) fn test(arguments: &Test) -> anyhow::Result<Verdict> {
    let mut files = Vec::new();
    for path in &arguments.files {
        collect(path, true, &mut files)?;
    }
    anyhow::ensure!(!files.is_empty(), "there is no *{SCENARIOS} file to play");
    let mut all = Vec::new();
    let mut coverages: BTreeMap<String, Coverage> = BTreeMap::new();
    let mut is_well = true;
    for file in &files {
        match play(file, arguments)? {
            Some((definition, results)) => {
                say(text(&results).trim_end())?;
                is_well &= results.failed() == 0;
                coverages
                    .entry(definition)
                    .and_modify(|known| known.join(&results.coverage))
                    .or_insert_with(|| results.coverage.clone());
                all.push(results);
            }
            None => is_well = false,
        }
    }
    for (definition, coverage) in &coverages {
        is_well &= covered(definition, coverage, arguments.min_coverage)?;
    }
    if let Some(file) = &arguments.junit {
        std::fs::write(file, junit(&all)).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let (played, failed) = all.iter().fold((0, 0), |(played, failed), results| {
        (played + results.played.len(), failed + results.failed())
    });
    say(format_args!("{played} scenario(s), {failed} not as expected"))?;
    Ok(if is_well { Verdict::Done } else { Verdict::Found })
}

/// Plays one file; gives the name of its definition with the results. Nothing when it is wrong, which is printed.
fn play(file: &Path, arguments: &Test) -> anyhow::Result<Option<(String, Results)>> {
    let name = file.display().to_string();
    let text = match read(file)? {
        Ok(text) => text,
        Err(mistake) => {
            say(mistake)?;
            return Ok(None);
        }
    };
    let head = match Head::read(&name, &text) {
        Ok(head) => head,
        Err(mistakes) => {
            say(mistakes)?;
            return Ok(None);
        }
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    let schemas = match (&arguments.schemas, &head.schemas) {
        (Some(given), _) => given.clone(),
        (None, Some(named)) => folder.join(named),
        (None, None) => PathBuf::from("schemas"),
    };
    let texts = read_schema_files(&schemas).with_context(|| format!("{name}: the schemas cannot be read"))?;
    let Some(definition) = definition(&folder.join(&head.definition), &texts)
        .with_context(|| format!("{name}: its definition cannot be read"))?
    else {
        return Ok(None);
    };
    let schemas = schemas_of(&texts)?;
    let suite = match Suite::read(&name, &text, &definition.plan, &schemas) {
        Ok(suite) => suite,
        Err(mistakes) => {
            say(mistakes)?;
            return Ok(None);
        }
    };
    let results = suite
        .run(&definition.plan, &schemas)
        .map_err(|reason| anyhow!("{name}: {reason}"))?;
    Ok(Some((definition.plan.name.to_string(), results)))
}

/// The definition in `file`, which fits the schemas; otherwise what is wrong with it is printed.
pub(crate) fn definition(file: &Path, schemas: &BTreeMap<String, String>) -> anyhow::Result<Option<Definition>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("{name} cannot be read"))?;
    let definition = match Definition::read(&name, &text) {
        Ok(definition) => definition,
        Err(diagnostics) => {
            say(diagnostics)?;
            return Ok(None);
        }
    };
    let unfit = check_schemas(&definition, &|record| schemas.get(record.as_str()).cloned());
    for diagnostic in &unfit {
        say(diagnostic)?;
    }
    Ok(unfit.is_empty().then_some(definition))
}

/// The text of a file that is not too long; the inner error is a mistake of whoever wrote it.
fn read(file: &Path) -> anyhow::Result<Result<String, String>> {
    let unreadable = || format!("{} cannot be read", file.display());
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX)? + 1;
    std::fs::File::open(file)
        .with_context(unreadable)?
        .take(limit)
        .read_to_end(&mut bytes)
        .with_context(unreadable)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Ok(Err(format!(
            "{}:1:1: error: the file has more than {FILE_BYTES_MAX} bytes",
            file.display()
        )));
    }
    Ok(String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let before = String::from_utf8_lossy(good);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        format!("{}:{line}:{column}: error: the text is not UTF-8", file.display())
    }))
}

/// Prints the coverage of a definition; says whether it is enough.
fn covered(definition: &str, coverage: &Coverage, min: Option<u8>) -> anyhow::Result<bool> {
    say(format_args!("{definition}:\n{}", table(coverage).trim_end()))?;
    match min.map(usize::from) {
        Some(min) if coverage.percent() < min => {
            say(format_args!("  {min} % are asked for"))?;
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// The files of scenarios below a folder, in the order of their paths; a file that is named itself, however it ends.
fn collect(path: &Path, is_named: bool, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", path.display());
    if std::fs::metadata(path).with_context(unreadable)?.is_dir() {
        let entries = std::fs::read_dir(path).with_context(unreadable)?;
        let mut below = entries.collect::<Result<Vec<_>, _>>().with_context(unreadable)?;
        below.sort_by_key(std::fs::DirEntry::path);
        for entry in below {
            collect(&entry.path(), false, found)?;
        }
    } else if is_named || path.to_string_lossy().ends_with(SCENARIOS) {
        found.push(path.to_owned());
    }
    Ok(())
}
