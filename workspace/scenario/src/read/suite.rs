//! The whole file.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::{Plan, Timestamp, Value};
use palinode_wire::Schemas;

use super::{expect, happening, participant};
use crate::{
    document::{Fields, Mapping, Mistakes, Node, Place, Report, parse},
    limits::SCENARIOS_MAX,
    model::{Participants, Scenario, Suite},
    values::{Records, record},
};

pub(super) const KEYS: &[&str] = &["definition", "schemas", "clock", "start", "participants", "scenarios"];
const SCENARIO_KEYS: &[&str] = &["scenario", "key", "start", "participants", "happens", "until", "expect"];

/// When scenarios begin whose file says nothing: 2026-01-05T09:00:00Z.
const BEGINS_AT: Timestamp = Timestamp(1_767_603_600_000);

/// What is read against.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) plan: &'a Plan,
    pub(super) records: Records<'a>,
}

impl Suite {
    /// Reads the scenarios of `text` for `plan`. `file` stands in front of every mistake and is not opened.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(file: &str, text: &str, plan: &Plan, schemas: &Schemas) -> Result<Self, Mistakes> {
        let mut report = Report::new(file, text);
        let ground = Ground {
            plan,
            records: Records { schemas },
        };
        let suite = parse(text, &mut report).and_then(|node| whole(file, &node, ground, &mut report));
        report.finish(suite)
    }
}

/// What a file says for all of its scenarios.
struct Common {
    start: Fields,
    participants: Participants,
}

fn whole(file: &str, node: &Node, ground: Ground<'_>, report: &mut Report<'_>) -> Option<Suite> {
    let map = Mapping::of(node, "a scenario file", KEYS, report)?;
    let begins_at = map.get("clock").map_or(Some(BEGINS_AT), |node| clock(node, report));
    let common = Common {
        start: map.get("start").map(|node| node.fields(report)).unwrap_or_default(),
        participants: participant::participants(map.get("participants"), Participants::default(), ground, report),
    };
    let nodes = map.required("scenarios", report)?.list(report);
    if nodes.is_empty() {
        report.error(map.place, "a scenario file needs at least one scenario");
    }
    if nodes.len() > SCENARIOS_MAX {
        report.error(
            map.place,
            format!("{} scenarios, more than {SCENARIOS_MAX}", nodes.len()),
        );
        return None;
    }
    let scenarios: Vec<Scenario> = nodes
        .iter()
        .filter_map(|node| scenario(node, &common, ground, report))
        .collect();
    named_once(&scenarios, report);
    Some(Suite {
        file: Arc::from(file),
        begins_at: begins_at?,
        scenarios,
    })
}

fn scenario(node: &Node, common: &Common, ground: Ground<'_>, report: &mut Report<'_>) -> Option<Scenario> {
    let map = Mapping::of(node, "a scenario", SCENARIO_KEYS, report)?;
    let name_node = map.required("scenario", report)?;
    let name = name_node.text(report)?.to_owned();
    let own = map.get("start").map(|node| node.fields(report)).unwrap_or_default();
    let start = start(&own.over(&common.start), map.place, ground, report);
    let participants = participant::participants(map.get("participants"), common.participants.clone(), ground, report);
    let happenings = map
        .get("happens")
        .map(|node| happening::happenings(node, start.as_ref().map(|(_, payload)| payload), ground, report))
        .unwrap_or_default();
    let until = map.get("until").map(|node| node.span(report));
    let expect = map
        .required("expect", report)
        .and_then(|node| expect::expectation(node, ground, report));
    let key = match map.get("key") {
        Some(node) => Some(node.text(report)?.to_owned()),
        None => start.as_ref().and_then(|(value, _)| first_text(value)),
    };
    let key = key.unwrap_or_else(|| "1".to_owned());
    Some(Scenario {
        name,
        place: name_node.place,
        key,
        start: start?.1,
        participants,
        happenings,
        until: match until {
            Some(span) => Some(span?),
            None => None,
        },
        expect: expect?,
    })
}

fn start(
    fields: &Fields,
    place: Place,
    ground: Ground<'_>,
    report: &mut Report<'_>,
) -> Option<(Value, palinode_core::Payload)> {
    let name = &ground.plan.started_by.record;
    let Some(view) = ground.records.view(name) else {
        report.error(place, format!("there is no schema of {name}, which starts the saga"));
        return None;
    };
    let value = record(fields, view, place, report)?;
    match ground.records.write(name, &value) {
        Ok(payload) => Some((ground.records.read(&payload), payload)),
        Err(reason) => {
            report.error(place, format!("the start event cannot be written: {reason}"));
            None
        }
    }
}

/// The key of most records.
fn first_text(value: &Value) -> Option<String> {
    let Value::Record(fields) = value else { return None };
    fields.iter().find_map(|(_, value)| match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    })
}

fn clock(node: &Node, report: &mut Report<'_>) -> Option<Timestamp> {
    let text = node.text(report)?;
    match text.parse::<jiff::Timestamp>() {
        Ok(time) => Some(Timestamp(time.as_millisecond())),
        Err(_) => {
            report.error(node.place, format!("'{text}' is no time as 2026-01-31T09:00:00Z"));
            None
        }
    }
}

fn named_once(scenarios: &[Scenario], report: &mut Report<'_>) {
    let mut known: BTreeMap<&str, Place> = BTreeMap::new();
    for scenario in scenarios {
        if let Some(first) = known.insert(&scenario.name, scenario.place) {
            let message = format!("the scenario at {first} has the same name, '{}'", scenario.name);
            report.error(scenario.place, message);
        }
    }
}
