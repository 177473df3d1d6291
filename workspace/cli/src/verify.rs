//! `palinode verify`.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context;
use clap::Args;
use palinode_definition::{Diagnostics, read};
use palinode_server::files_below;
use palinode_verify::{Report, Settings, Severity, verify};
use serde::Serialize;

use crate::{Verdict, say};

/// Arguments of `palinode verify`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Definition files, or folders of them.
    #[arg(default_value = "sagas")]
    definitions: Vec<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    /// Count warnings as violations.
    #[arg(long)]
    strict: bool,
    /// Print the sequence diagrams (Mermaid) of warnings, too; those of violations are always printed.
    #[arg(long)]
    diagrams: bool,
    /// States of one definition after which to give up without a proof.
    #[arg(long, default_value_t = Settings::default().states_max)]
    states_max: u32,
    /// Explore every order, also those that lead to the same: the same is found, only later.
    #[arg(long)]
    every_order: bool,
}

/// What was found out about one file.
#[derive(Serialize)]
struct Verified {
    file: String,
    seconds: f64,
    is_proved: bool,
    #[serde(flatten)]
    report: Report,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let mut verified = Vec::new();
    for path in &arguments.definitions {
        for file in files_below(path, "yaml")? {
            match one(arguments, &file)? {
                Ok(report) => {
                    if !arguments.json {
                        print(arguments, &report)?;
                    }
                    verified.push(report);
                }
                Err(diagnostics) => {
                    say(&diagnostics)?;
                    return Ok(Verdict::Found);
                }
            }
        }
    }
    anyhow::ensure!(!verified.is_empty(), "there is no *.yaml file to verify");
    if arguments.json {
        say(serde_json::to_string_pretty(&verified)?)?;
    }
    for unfinished in verified.iter().filter(|verified| !verified.report.explored.is_complete) {
        anyhow::ensure!(
            unfinished.report.violations() > 0,
            "{} is not proved: it has more than {} states, see --states-max",
            unfinished.file,
            arguments.states_max
        );
    }
    let is_wrong = |verified: &Verified| !verified.is_proved || arguments.strict && verified.report.warnings() > 0;
    Ok(if verified.iter().any(is_wrong) {
        Verdict::Found
    } else {
        Verdict::Done
    })
}

fn one(arguments: &Arguments, file: &Path) -> anyhow::Result<Result<Verified, Diagnostics>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("{name} cannot be read"))?;
    let begin = Instant::now();
    let settings = Settings {
        states_max: arguments.states_max,
        reduced: !arguments.every_order,
    };
    Ok(read(&name, &text).map(|plan| {
        let report = verify(plan, settings);
        Verified {
            file: name,
            seconds: begin.elapsed().as_secs_f64(),
            is_proved: report.is_proved(),
            report,
        }
    }))
}

fn print(arguments: &Arguments, verified: &Verified) -> anyhow::Result<()> {
    for finding in &verified.report.findings {
        say(format_args!("{}: {finding}", verified.file))?;
        if let Some(diagram) = &finding.diagram
            && (arguments.diagrams || finding.severity == Severity::Violation)
        {
            say(format_args!("\n```mermaid\n{diagram}```"))?;
        }
        say("")?;
    }
    say(&verified.report)?;
    let mebibytes = verified.report.explored.bytes as f64 / f64::from(1 << 20);
    say(format_args!(
        "  took {:.2} s and {mebibytes:.1} MiB for its states",
        verified.seconds
    ))
}
