//! What a scenario expects.

use std::time::Duration;

use palinode_core::{Milestone, Plan, ReasonCode, RejectionCode};

use super::{participant::unknown, suite::Ground};
use crate::{
    document::{Fields, Kind, Mapping, Node, Report},
    model::{End, Expectation, ExpectedCommand, ExpectedEmission},
    plan_view,
};

const KEYS: &[&str] = &[
    "commands", "never", "emits", "rejected", "end", "at", "reason", "says", "outcome",
];
const COMMAND_KEYS: &[&str] = &["step", "at", "round", "attempt", "fields"];
const EMISSION_KEYS: &[&str] = &["on", "at", "fields"];

/// Reads what is expected; it must say something.
pub(super) fn expectation(node: &Node, ground: Ground<'_>, report: &mut Report<'_>) -> Option<Expectation> {
    let map = Mapping::of(node, "what a scenario expects", KEYS, report)?;
    if !KEYS.iter().any(|key| map.get(key).is_some()) {
        report.error(map.place, "a scenario has to expect something");
        return None;
    }
    let plan = ground.plan;
    Some(Expectation {
        commands: map.get("commands").map(|node| {
            let commands = node.list(report).iter().filter_map(|node| command(node, plan, report));
            (node.place, commands.collect())
        }),
        never: map
            .get("never")
            .map(|node| {
                let names = node.list(report).iter();
                names
                    .filter_map(|node| Some((node.place, step(node, plan, report)?)))
                    .collect()
            })
            .unwrap_or_default(),
        emits: map.get("emits").map(|node| {
            let emissions = node.list(report).iter().filter_map(|node| emission(node, plan, report));
            (node.place, emissions.collect())
        }),
        rejected: map.get("rejected").map(|node| {
            let known = |word: &str| RejectionCode::parse(word).is_some();
            let all: Vec<&str> = RejectionCode::ALL.iter().map(|code| code.as_str()).collect();
            let words = node
                .list(report)
                .iter()
                .filter_map(|node| one_of(node, &known, &all, report));
            (node.place, words.collect())
        }),
        end: map.get("end").and_then(|node| Some((node.place, end(node, report)?))),
        at: map.get("at").and_then(|node| Some((node.place, node.span(report)?))),
        reason: map.get("reason").and_then(|node| {
            let all: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
            let known = |word: &str| ReasonCode::parse(word).is_some();
            Some((node.place, one_of(node, &known, &all, report)?))
        }),
        says: map
            .get("says")
            .and_then(|node| Some((node.place, node.text(report)?.to_owned()))),
        outcome: map.get("outcome").map(|node| (node.place, node.fields(report))),
    })
}

fn command(node: &Node, plan: &Plan, report: &mut Report<'_>) -> Option<ExpectedCommand> {
    if let Kind::Text(_) = node.kind {
        return Some(ExpectedCommand {
            place: node.place,
            name: step(node, plan, report)?,
            at: None,
            round: None,
            attempt: None,
            fields: Fields::default(),
        });
    }
    let map = Mapping::of(node, "a command", COMMAND_KEYS, report)?;
    let name = map.required("step", report)?;
    Some(ExpectedCommand {
        place: node.place,
        name: step(name, plan, report)?,
        at: at(map, report)?,
        round: count(map, "round", report)?,
        attempt: count(map, "attempt", report)?,
        fields: map.get("fields").map(|node| node.fields(report)).unwrap_or_default(),
    })
}

fn emission(node: &Node, plan: &Plan, report: &mut Report<'_>) -> Option<ExpectedEmission> {
    if let Kind::Text(_) = node.kind {
        return Some(ExpectedEmission {
            place: node.place,
            milestone: milestone(node, plan, report)?,
            at: None,
            fields: Fields::default(),
        });
    }
    let map = Mapping::of(node, "an emitted event", EMISSION_KEYS, report)?;
    let on = map.required("on", report)?;
    Some(ExpectedEmission {
        place: node.place,
        milestone: milestone(on, plan, report)?,
        at: at(map, report)?,
        fields: map.get("fields").map(|node| node.fields(report)).unwrap_or_default(),
    })
}

/// The value of an optional key; the outer nothing is a mistake.
fn at(map: Mapping<'_>, report: &mut Report<'_>) -> Option<Option<Duration>> {
    map.get("at").map_or(Some(None), |node| node.span(report).map(Some))
}

fn count(map: Mapping<'_>, key: &str, report: &mut Report<'_>) -> Option<Option<u32>> {
    map.get(key).map_or(Some(None), |node| node.count(report).map(Some))
}

fn step(node: &Node, plan: &Plan, report: &mut Report<'_>) -> Option<String> {
    let name = node.text(report)?;
    if plan_view::asked(plan, name).is_none() {
        report.error(node.place, unknown(plan, name));
        return None;
    }
    Some(name.to_owned())
}

fn milestone(node: &Node, plan: &Plan, report: &mut Report<'_>) -> Option<String> {
    let emitted: Vec<String> = plan
        .emits
        .iter()
        .flat_map(|emission| &emission.on)
        .map(|milestone: &Milestone| milestone.name(plan).to_string())
        .collect();
    let names: Vec<&str> = emitted.iter().map(String::as_str).collect();
    one_of(node, &|word| names.contains(&word), &names, report)
}

fn end(node: &Node, report: &mut Report<'_>) -> Option<End> {
    let all: Vec<&str> = End::ALL.iter().map(|end| end.as_str()).collect();
    let word = one_of(node, &|word| all.contains(&word), &all, report)?;
    End::ALL.into_iter().find(|end| end.as_str() == word)
}

fn one_of(node: &Node, known: &dyn Fn(&str) -> bool, all: &[&str], report: &mut Report<'_>) -> Option<String> {
    let word = node.text(report)?;
    if known(word) {
        return Some(word.to_owned());
    }
    report.error(node.place, format!("'{word}' is none of {}", all.join(", ")));
    None
}
