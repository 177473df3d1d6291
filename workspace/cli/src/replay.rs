//! `palinode replay`.

mod journal;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use palinode_core::Plan;
use palinode_scenario::{Difference, Recording, Rehearsal, Tally, Verdict as Judgement, rehearse};
use palinode_server::read_schema_files;
use serde_json::json;

use crate::{Verdict, cluster::Cluster, say, test};

/// Arguments of `palinode replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The definition to try. Sagas of its name are taken from the journal, steps are matched by their names.
    #[arg(long, value_name = "FILE")]
    definition: PathBuf,
    /// A file that --save wrote, or the topic of a journal.
    #[arg(long, value_name = "TOPIC|FILE", default_value = "palinode.journal")]
    journal: String,
    /// The folder of the Avro schemas (*.avsc) that the definition is checked against.
    #[arg(long, default_value = "schemas")]
    schemas: PathBuf,
    /// Keep what was read of the journal in a file (JSON, a line for each schema and event), to replay it again.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// How to reach Kafka, when the journal is a topic.
    #[command(flatten)]
    cluster: Cluster,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Plays the recorded sagas with another definition. Exit code 1: some of them go otherwise, or the definition is wrong.
pub(crate) fn replay(arguments: &Replay) -> anyhow::Result<Verdict> {
    let schemas = read_schema_files(&arguments.schemas)?;
    let Some(definition) = test::definition(&arguments.definition, &schemas)? else {
        return Ok(Verdict::Found);
    };
    let plan = &definition.plan;
    let recording = recording(arguments, plan)?;
    if let Some(file) = &arguments.save {
        std::fs::write(file, recording.written()).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let rehearsal = Rehearsal {
        plan,
        schemas: &schemas,
    };
    let tally = rehearse(&recording, rehearsal)?;
    if arguments.json {
        say(serde_json::to_string_pretty(&as_json(&tally))?)?;
    } else {
        print(plan, &tally)?;
    }
    Ok(if tally.different() > 0 {
        Verdict::Found
    } else {
        Verdict::Done
    })
}

fn recording(arguments: &Replay, plan: &Plan) -> anyhow::Result<Recording> {
    let file = Path::new(&arguments.journal);
    if file.is_file() {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        return Recording::read(&text).with_context(|| format!("{} is no recording", file.display()));
    }
    journal::read(&arguments.journal, &arguments.cluster, plan.name.as_str())
}

fn print(plan: &Plan, tally: &Tally) -> anyhow::Result<()> {
    say(format_args!(
        "{} recorded saga(s) of {}, played with version {}:",
        tally.total(),
        plan.name,
        plan.version
    ))?;
    for (count, what) in [
        (tally.same, "end as they did"),
        (tally.other_end, "end otherwise"),
        (tally.unfinished, "do not end any more"),
        (tally.missing_data, "need data that is not recorded"),
        (tally.still_open, "had not ended, and go on as they did so far"),
    ] {
        say(format_args!("  {count:>8}  {what}"))?;
    }
    if !tally.differences.is_empty() {
        say(format_args!("The first {}:", tally.differences.len()))?;
    }
    for difference in &tally.differences {
        say(told(difference))?;
    }
    Ok(())
}

fn told(difference: &Difference) -> String {
    let mut place = String::new();
    if let Some(event) = difference.event {
        place.push_str(&format!(", event {event}"));
    }
    if let Some(step) = &difference.step {
        place.push_str(&format!(", step {step}"));
    }
    format!(
        "  {}: {} (then {}, now {}){place}\n    {}",
        difference.saga,
        word(difference.verdict),
        difference.then.as_str(),
        difference.now.as_str(),
        difference.why
    )
}

fn word(verdict: Judgement) -> &'static str {
    match verdict {
        Judgement::Same => "ends as it did",
        Judgement::OtherEnd => "ends otherwise",
        Judgement::Unfinished => "does not end any more",
        Judgement::MissingData => "needs data that is not recorded",
        Judgement::StillOpen => "goes on as it did so far",
    }
}

fn as_json(tally: &Tally) -> serde_json::Value {
    let differences: Vec<_> = tally
        .differences
        .iter()
        .map(|difference| {
            json!({
                "saga": difference.saga,
                "verdict": word(difference.verdict),
                "then": difference.then.as_str(),
                "now": difference.now.as_str(),
                "event": difference.event,
                "step": difference.step,
                "why": difference.why,
            })
        })
        .collect();
    json!({
        "sagas": tally.total(),
        "same_end": tally.same,
        "other_end": tally.other_end,
        "unfinished": tally.unfinished,
        "missing_data": tally.missing_data,
        "still_open": tally.still_open,
        "differences": differences,
    })
}
