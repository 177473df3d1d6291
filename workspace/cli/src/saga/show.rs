//! Asks running nodes for a saga.

use std::time::Duration;

use anyhow::{Context, bail};
use palinode_server::SagaView;
use reqwest::{StatusCode, blocking::Client};

use crate::{Verdict, arguments::SagaShow, say};

/// A node answers between two transactions.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

pub(super) fn show(arguments: &SagaShow) -> anyhow::Result<Verdict> {
    let client = Client::builder().timeout(ANSWER_WAIT).build()?;
    let mut unanswered = Vec::new();
    for node in &arguments.nodes {
        let mut url = reqwest::Url::parse(node).with_context(|| format!("'{node}' is no URL of a node"))?;
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("'{node}' is no URL of a node"))?
            .extend(["sagas", &arguments.definition, &arguments.key]);
        let answer = match client.get(url).send() {
            Ok(answer) => answer,
            Err(error) => {
                unanswered.push(format!("{node} did not answer: {error}"));
                continue;
            }
        };
        match answer.status() {
            StatusCode::OK => {
                print(&answer.json()?, arguments.json)?;
                return Ok(Verdict::Done);
            }
            StatusCode::NOT_FOUND => {
                say(format_args!(
                    "no saga of '{}' with the key '{}' is known",
                    arguments.definition, arguments.key
                ))?;
                return Ok(Verdict::Found);
            }
            // Another node has it.
            StatusCode::MISDIRECTED_REQUEST => unanswered.push(format!("{node} does not have it")),
            status => unanswered.push(format!(
                "{node} answered {status}: {}",
                answer.text().unwrap_or_default()
            )),
        }
    }
    bail!(
        "no node could tell:\n  {}\nname all nodes by --nodes, or use --from-journal",
        unanswered.join("\n  ")
    )
}

fn print(view: &SagaView, json: bool) -> anyhow::Result<()> {
    if json {
        say(serde_json::to_string_pretty(view)?)?;
        return Ok(());
    }
    let version = view
        .version
        .map(|version| format!(", version {version}"))
        .unwrap_or_default();
    say(format_args!(
        "{} {}{version}: {}",
        view.definition, view.key, view.status
    ))?;
    let facts = [
        ("why", &view.reason),
        ("started", &view.started_at),
        ("last event", &view.changed_at),
        ("deadline", &view.deadline_at),
        ("correlation id", &view.correlation_id),
        ("done for the saga", &view.parent),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            say(format_args!("  {name}: {value}"))?;
        }
    }
    for (name, value) in &view.attributes {
        say(format_args!("  {name}: {value}"))?;
    }
    for (place, standing) in view.queue.iter().enumerate() {
        let what = if place == 0 {
            "held by".to_owned()
        } else {
            format!("{place}.")
        };
        let (definition, key, step) = (&standing.definition, &standing.key, &standing.step);
        say(format_args!(
            "  {what:<8} {definition} {key}, step {step}, since {}",
            standing.since
        ))?;
    }
    for step in &view.steps {
        let compensation = step
            .compensation
            .as_ref()
            .map(|it| format!("; compensation {it}"))
            .unwrap_or_default();
        say(format_args!(
            "  {:<14} {}, commands: {}{compensation}",
            step.step, step.status, step.attempts
        ))?;
        if let Some(sub_saga) = &step.sub_saga {
            say(format_args!("  {:<14} is the saga {sub_saga}", ""))?;
        }
        for more in step.decision.iter().chain(&step.lock) {
            say(format_args!("  {:<14} {more}", ""))?;
        }
    }
    Ok(())
}
