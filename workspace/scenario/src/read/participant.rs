//! What participants do.

use std::time::Duration;

use palinode_core::{Action, Plan, Purpose, ReplyResult, StepIndex};

use super::suite::Ground;
use crate::{
    document::{Kind, Mapping, Node, Report},
    model::{Behaviour, Given, Participants},
    plan_view,
    values::check_fields,
};

const KEYS: &[&str] = &["succeeds", "fails", "silent", "after", "headers", "twice"];

/// The name that stands for every participant that is not named.
const OTHERS: &str = "*";

/// How long a participant takes that is not told otherwise.
const USUAL: Duration = Duration::from_secs(1);

impl Participants {
    /// What a participant does when no scenario tells it otherwise: it succeeds a second later.
    pub(crate) fn usual() -> Behaviour {
        Behaviour {
            result: Some(ReplyResult::Succeeded),
            after: USUAL,
            given: Given::default(),
            headers: true,
            twice: false,
        }
    }
}

/// Reads behaviours by step over those that are known already.
pub(super) fn participants(
    node: Option<&Node>,
    mut known: Participants,
    ground: Ground<'_>,
    report: &mut Report<'_>,
) -> Participants {
    let Some(node) = node else { return known };
    let Kind::Mapping(entries) = &node.kind else {
        node.expected("a mapping from steps to what their participants do", report);
        return known;
    };
    for (key, node) in entries {
        if key.name == OTHERS {
            known.others = behaviour(node, None, ground, report);
            continue;
        }
        let Some(asked) = plan_view::asked(ground.plan, &key.name) else {
            report.error(key.place, unknown(ground.plan, &key.name));
            continue;
        };
        let nodes = match &node.kind {
            Kind::List(_) => node.list(report),
            _ => std::slice::from_ref(node),
        };
        let behaviours: Vec<Behaviour> = nodes
            .iter()
            .filter_map(|node| behaviour(node, Some(asked), ground, report))
            .collect();
        if nodes.is_empty() {
            report.error(node.place, "a participant does at least one thing");
        }
        known.by_step.insert(asked, behaviours);
    }
    known
}

/// That the definition has no such step.
pub(super) fn unknown(plan: &Plan, name: &str) -> String {
    format!(
        "the definition has no '{name}'; it has {}",
        plan_view::names(plan).join(", ")
    )
}

fn behaviour(
    node: &Node,
    asked: Option<(StepIndex, Purpose)>,
    ground: Ground<'_>,
    report: &mut Report<'_>,
) -> Option<Behaviour> {
    if let Kind::Text(word) = &node.kind {
        let result = match word.as_str() {
            "succeeds" => Some(ReplyResult::Succeeded),
            "fails" => Some(ReplyResult::Failed),
            "silent" => None,
            other => {
                let message = format!("a participant succeeds, fails, or is silent; '{other}' it is not");
                report.error(node.place, message);
                return None;
            }
        };
        answers(result, asked, ground, node, report)?;
        return Some(Behaviour {
            result,
            ..Participants::usual()
        });
    }
    let map = Mapping::of(node, "what a participant does", KEYS, report)?;
    let (word, fields) = map.one_of(&["succeeds", "fails", "silent"], report)?;
    let result = match word {
        "succeeds" => Some(ReplyResult::Succeeded),
        "fails" => Some(ReplyResult::Failed),
        _ => None,
    };
    answers(result, asked, ground, fields, report)?;
    let given = match (result, asked) {
        (Some(result), Some(asked)) => given(fields, asked, result, ground, report),
        _ => {
            if !fields.is_nothing() && !matches!(fields.kind, Kind::Boolean(true)) {
                report.error(fields.place, "fields can be given to the reply of one step only");
            }
            Given::default()
        }
    };
    let after = map.get("after").map_or(Some(USUAL), |node| node.span(report))?;
    let headers = map.get("headers").map_or(Some(true), |node| node.boolean(report))?;
    let twice = map.get("twice").map_or(Some(false), |node| node.boolean(report))?;
    Some(Behaviour {
        result,
        after,
        given,
        headers,
        twice,
    })
}

/// Reports a refusal that no record says.
fn answers(
    result: Option<ReplyResult>,
    asked: Option<(StepIndex, Purpose)>,
    ground: Ground<'_>,
    node: &Node,
    report: &mut Report<'_>,
) -> Option<()> {
    if asked.is_some_and(|(step, _)| matches!(ground.plan.step(step).action, Action::Lock(_))) {
        return Some(());
    }
    if let Some((step, purpose)) = asked
        && plan_view::replies(ground.plan, step, purpose).is_none()
    {
        let name = plan_view::name_of(ground.plan, step, purpose);
        report.error(node.place, format!("no participant is asked for '{name}'"));
        return None;
    }
    if let (Some(result), Some((step, purpose))) = (result, asked)
        && plan_view::reply_record(ground.plan, step, purpose, result).is_none()
    {
        let name = plan_view::name_of(ground.plan, step, purpose);
        report.error(node.place, format!("'{name}' cannot fail: no record says so"));
        return None;
    }
    Some(())
}

/// The fields that a reply is given.
pub(super) fn given(
    node: &Node,
    (step, purpose): (StepIndex, Purpose),
    result: ReplyResult,
    ground: Ground<'_>,
    report: &mut Report<'_>,
) -> Given {
    let fields = match node.kind {
        Kind::Boolean(true) => return Given::default(),
        _ => node.fields(report),
    };
    let record = plan_view::reply_record(ground.plan, step, purpose, result);
    match record.and_then(|name| ground.records.view(name)) {
        Some(view) => Given {
            fields: check_fields(&fields, view, report),
        },
        None => {
            let name = record.map(ToString::to_string).unwrap_or_default();
            report.error(node.place, format!("there is no schema of {name}"));
            Given::default()
        }
    }
}
