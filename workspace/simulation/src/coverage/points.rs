//! What one world reached.

use std::collections::BTreeSet;

use palinode_core::{ReasonCode, RejectionCode, Timestamp};
use palinode_log::Outcome;
use palinode_wire::headers;

use super::{Group, expected};
use crate::{
    checks::Scene,
    history::{Entry, Happened},
};

/// Troubles that are no further apart are a pair.
const PAIR_MS: i64 = 5_000;

const DEAD_LETTERS: &str = "palinode.dead-letters";

/// What one world reached.
pub(super) fn points(scene: &Scene<'_>) -> BTreeSet<(Group, String)> {
    let mut points = BTreeSet::new();
    let mut add = |group: Group, name: &str| {
        points.insert((group, name.to_owned()));
    };
    add(Group::Definitions, scene.remains.plan.definitions.name());
    let mut claimed = BTreeSet::new();
    for entry in scene.remains.history.entries() {
        match &entry.what {
            Happened::Fault { kind, .. } => add(Group::Fault, kind),
            Happened::Asked { what, .. } if what.is_empty() => add(Group::Service, "as it should be"),
            Happened::Asked { what, .. } => what.split(", ").for_each(|manner| add(Group::Service, manner)),
            Happened::Ended { told, .. } => add(Group::Transaction, end(told)),
            Happened::Status { node, task, status } => {
                add(Group::Task, state(status));
                if status.starts_with("running") {
                    claimed.insert((*node, *task));
                } else if status.starts_with("taking over") && claimed.contains(&(*node, *task)) {
                    add(Group::Task, "taking over once more");
                }
            }
            _ => {}
        }
    }
    for pair in pairs(scene.remains.history.entries()) {
        add(Group::Pair, pair);
    }
    for entry in scene.journal.values().flatten() {
        let Some(event) = entry.event() else { continue };
        add(Group::Event, &event.event_type);
        if let Some(code) = &event.code {
            if RejectionCode::parse(code).is_some() {
                add(Group::Rejection, code);
            } else if ReasonCode::parse(code).is_some() {
                add(Group::Reason, code);
            }
        }
    }
    for letter in scene.records(DEAD_LETTERS) {
        let of_letter = letter
            .headers
            .iter()
            .find(|header| &*header.name == headers::ERROR_CODE);
        if let Some(code) = of_letter.and_then(|header| std::str::from_utf8(&header.value).ok()) {
            add(Group::DeadLetter, code);
        }
    }
    points
}

fn end(told: &Outcome) -> &'static str {
    match told {
        Outcome::Committed { .. } => "committed",
        Outcome::Aborted { refused: None, .. } => "aborted",
        Outcome::Aborted { refused: Some(_), .. } => "aborted, a topic refused",
        Outcome::Fenced => "fenced",
        Outcome::Indefinite { .. } => "nobody knows",
    }
}

fn state(status: &str) -> &'static str {
    match () {
        () if status == "idle" => "idle",
        () if status.starts_with("standby") => "standby",
        () if status.starts_with("taking over") => "taking over",
        () if status.starts_with("parked") => "parked",
        () if status == "running" => "running",
        () => "running and waiting",
    }
}

/// The trouble that something is, by its place in [`expected::TROUBLES`].
fn trouble(what: &Happened) -> Option<usize> {
    match what {
        Happened::Fault { kind, .. } if *kind == "kill the broker" => Some(0),
        Happened::NodeEnded { why, .. } if why.contains("killed") => Some(1),
        Happened::Fenced { error: None, .. } => Some(2),
        Happened::Fault { kind, .. } if kind.contains("EndTxn") => Some(3),
        Happened::Ended {
            told: Outcome::Indefinite { .. },
            ..
        } => Some(3),
        _ => None,
    }
}

fn pairs(entries: &[Entry]) -> BTreeSet<&'static str> {
    let mut pairs = BTreeSet::new();
    let mut last: [Option<Timestamp>; expected::TROUBLES.len()] = [None; expected::TROUBLES.len()];
    for entry in entries {
        let Some(this) = trouble(&entry.what) else { continue };
        for (other, at) in last.iter().enumerate() {
            if other != this && at.is_some_and(|at| entry.at.0 - at.0 <= PAIR_MS) {
                pairs.insert(expected::pair(this, other));
            }
        }
        last[this] = Some(entry.at);
    }
    pairs
}
