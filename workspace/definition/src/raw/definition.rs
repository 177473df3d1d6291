//! The whole definition.

use std::time::Duration;

use super::{Field, Message, Step, Trigger, message};
use crate::{
    Code,
    source::{At, Report},
    yaml::{Kind, Mapping, Node},
};

/// The one language that is known here.
const API_VERSION: &str = "palinode/v1";

const KEYS: &[&str] = &[
    "apiVersion",
    "saga",
    "version",
    "owner",
    "startedBy",
    "cancelledBy",
    "deadline",
    "emits",
    "outcome",
    "steps",
];
const EMISSION_KEYS: &[&str] = &["on", "topic", "message", "fields"];
const OUTCOME_KEYS: &[&str] = &["fields"];

#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Option<At<String>>,
    pub(crate) version: Option<At<u32>>,
    pub(crate) owner: Option<At<String>>,
    pub(crate) started_by: Option<Trigger>,
    pub(crate) cancelled_by: Option<Trigger>,
    pub(crate) deadline: Option<At<Duration>>,
    pub(crate) emits: Vec<Emission>,
    pub(crate) outcome: Vec<Field>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Emission {
    pub(crate) on: Vec<At<String>>,
    pub(crate) message: Message,
}

impl Definition {
    pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        if !language_is_known(node, report) {
            return None;
        }
        let map = Mapping::of(node, "a definition", KEYS, report)?;
        Some(Self {
            name: map.text("saga", report),
            version: map
                .required("version", report)
                .and_then(|node| node.count(i32::MAX.unsigned_abs(), report)),
            owner: owner(&map, report),
            started_by: map
                .required("startedBy", report)
                .and_then(|node| Trigger::read(node, report)),
            cancelled_by: map.get("cancelledBy").and_then(|node| Trigger::read(node, report)),
            deadline: map.duration("deadline", report),
            emits: list(map.get("emits"), report, Emission::read),
            outcome: map.get("outcome").map_or_else(Vec::new, |node| outcome(node, report)),
            steps: steps(&map, report),
        })
    }
}

/// Another language has other keys: nothing more is said about a definition in it.
fn language_is_known(node: &Node, report: &mut Report<'_>) -> bool {
    let Kind::Mapping(entries) = &node.kind else {
        return true;
    };
    let Some((_, version)) = entries.iter().find(|(key, _)| key.value == "apiVersion") else {
        report.error(
            Code::MissingKey,
            node.span,
            format!("a definition needs the key 'apiVersion', {API_VERSION}"),
        );
        return true;
    };
    let Some(version) = version.text(report) else {
        return true;
    };
    let known = version.value == API_VERSION;
    if !known {
        let message = format!("the apiVersion '{}' is not known here", version.value);
        report.error_with(
            Code::UnknownApiVersion,
            version.span,
            message,
            format!("this version reads {API_VERSION}"),
        );
    }
    known
}

fn owner(map: &Mapping<'_>, report: &mut Report<'_>) -> Option<At<String>> {
    let owner = map.text("owner", report)?;
    if owner.value.trim().is_empty() {
        report.error(Code::BadValue, owner.span, "the owner has no name");
    }
    Some(owner)
}

fn steps(map: &Mapping<'_>, report: &mut Report<'_>) -> Vec<Step> {
    let Some(node) = map.required("steps", report) else {
        return Vec::new();
    };
    let steps = list(Some(node), report, Step::read);
    if node.list_is_empty() {
        report.error(Code::BadValue, node.span, "a definition needs at least one step");
    }
    steps
}

fn outcome(node: &Node, report: &mut Report<'_>) -> Vec<Field> {
    let Some(map) = Mapping::of(node, "an outcome", OUTCOME_KEYS, report) else {
        return Vec::new();
    };
    message::fields(map.required("fields", report), report)
}

/// Reads every item of a list that may be absent.
pub(super) fn list<T>(
    node: Option<&Node>,
    report: &mut Report<'_>,
    read: impl Fn(&Node, &mut Report<'_>) -> Option<T>,
) -> Vec<T> {
    let items = node.and_then(|node| node.list(report)).unwrap_or_default();
    items.iter().filter_map(|item| read(item, report)).collect()
}

impl Emission {
    fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "an emitted event", EMISSION_KEYS, report)?;
        let on_node = map.required("on", report);
        let on = list(on_node, report, |node, report| node.text(report));
        if let Some(node) = on_node.filter(|node| node.list_is_empty()) {
            report.error(
                Code::BadValue,
                node.span,
                "an emitted event needs at least one milestone",
            );
        }
        Some(Self {
            on,
            message: Message::of(&map, message::TopicKey::Required, report),
        })
    }
}
