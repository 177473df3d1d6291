//! The points at which events are emitted.

use std::collections::BTreeSet;

use palinode_core::{Milestone, StepIndex};

use super::Graph;
use crate::{
    Code,
    raw::Emission,
    source::{At, Report},
    suggest::nearest_or_all,
};

/// The milestones of the saga as a whole.
const OF_SAGA: &[(&str, Milestone)] = &[
    ("started", Milestone::Started),
    ("suspended", Milestone::Suspended),
    ("resumed", Milestone::Resumed),
    ("compensating", Milestone::Compensating),
    ("completed", Milestone::Completed),
    ("compensated", Milestone::Compensated),
    ("cancelRefused", Milestone::CancelRefused),
];

/// The milestones of a step.
const OF_STEP: &[&str] = &["succeeded", "failed", "compensated"];

/// The milestones of each emission. One milestone emits one event, whose id tells of it.
pub(crate) fn milestones(emits: &[Emission], graph: &Graph, report: &mut Report<'_>) -> Vec<Vec<Milestone>> {
    let mut seen = BTreeSet::new();
    let mut of_emission = |emission: &Emission| {
        let mut milestones = Vec::new();
        for name in &emission.on {
            if !seen.insert(name.value.clone()) {
                let message = format!("the milestone '{}' emits an event already", name.value);
                report.error(Code::NamedTwice, name.span, message);
            } else if let Some(milestone) = milestone(name, graph, report) {
                milestones.push(milestone);
            }
        }
        milestones
    };
    emits.iter().map(&mut of_emission).collect()
}

fn milestone(name: &At<String>, graph: &Graph, report: &mut Report<'_>) -> Option<Milestone> {
    let Some((step, what)) = name.value.split_once('.') else {
        let found = OF_SAGA.iter().find(|(known, _)| *known == name.value);
        if found.is_none() {
            let message = format!("there is no milestone '{}'", name.value);
            let known = OF_SAGA
                .iter()
                .map(|(known, _)| *known)
                .chain(["<step>.succeeded", "<step>.failed"]);
            report.push(
                Code::UnknownMilestone,
                name.span,
                message,
                nearest_or_all(&name.value, known),
            );
        }
        return found.map(|(_, milestone)| *milestone);
    };
    let Some(place) = graph.places.get(step) else {
        let message = format!("the milestone '{}' names a step that does not exist", name.value);
        report.push(Code::UnknownStep, name.span, message, nearest_or_all(step, graph.ids()));
        return None;
    };
    let position = graph.order.iter().position(|at| at == place)?;
    let index = StepIndex(u16::try_from(position).ok()?);
    match what {
        "succeeded" => Some(Milestone::StepSucceeded(index)),
        "failed" => Some(Milestone::StepFailed(index)),
        "compensated" => Some(Milestone::StepCompensated(index)),
        _ => {
            let message = format!("a step has no milestone '{what}'");
            report.push(
                Code::UnknownMilestone,
                name.span,
                message,
                nearest_or_all(what, OF_STEP.iter().copied()),
            );
            None
        }
    }
}
