//! The points at which events are emitted.

use std::collections::BTreeSet;

use palinode_core::{Milestone, StepIndex};

use super::Graph;
use crate::{
    Code,
    raw::{Emission, Step},
    source::{At, Report},
    suggest::nearest_or_all,
};

/// The milestones of the saga as a whole: name, milestone, when.
pub(crate) const MILESTONES_OF_SAGA: &[(&str, Milestone, &str)] = &[
    ("started", Milestone::Started, "the saga started"),
    (
        "suspended",
        Milestone::Suspended,
        "the saga waits for a person, a resuming event or a late success",
    ),
    ("resumed", Milestone::Resumed, "it goes on"),
    (
        "cancelRefused",
        Milestone::CancelRefused,
        "a wish to cancel came too late",
    ),
    ("compensating", Milestone::Compensating, "the saga goes back"),
    (
        "completed",
        Milestone::Completed,
        "the end: every step was done, passed over or given up",
    ),
    (
        "compensated",
        Milestone::Compensated,
        "the end: everything that may have been done was taken back",
    ),
];

/// The milestones of a step: name, when.
pub(crate) const MILESTONES_OF_STEP: &[(&str, &str)] = &[
    (
        "succeeded",
        "the step was done; of a step for each element: for all of them",
    ),
    ("failed", "the step failed for good: the failure is not tried again"),
    ("compensated", "the step was taken back; not of a step for each element"),
];

/// The milestones of each emission. One milestone emits one event, whose id tells of it.
pub(crate) fn milestones(
    emits: &[Emission],
    steps: &[Step],
    graph: &Graph,
    report: &mut Report<'_>,
) -> Vec<Vec<Milestone>> {
    let mut seen = BTreeSet::new();
    let mut of_emission = |emission: &Emission| {
        let mut milestones = Vec::new();
        for name in &emission.on {
            if !seen.insert(name.value.clone()) {
                let message = format!("the milestone '{}' emits an event already", name.value);
                report.error(Code::NamedTwice, name.span, message);
            } else if let Some(milestone) = milestone(name, steps, graph, report) {
                milestones.push(milestone);
            }
        }
        milestones
    };
    emits.iter().map(&mut of_emission).collect()
}

fn milestone(name: &At<String>, steps: &[Step], graph: &Graph, report: &mut Report<'_>) -> Option<Milestone> {
    let Some((step, what)) = name.value.split_once('.') else {
        let found = MILESTONES_OF_SAGA.iter().find(|(known, ..)| *known == name.value);
        if found.is_none() {
            let message = format!("there is no milestone '{}'", name.value);
            let known = MILESTONES_OF_SAGA
                .iter()
                .map(|(known, ..)| *known)
                .chain(["<step>.succeeded", "<step>.failed"]);
            report.push(
                Code::UnknownMilestone,
                name.span,
                message,
                nearest_or_all(&name.value, known),
            );
        }
        return found.map(|(_, milestone, _)| *milestone);
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
        "compensated" if steps[*place].for_each.is_some() => {
            let message = format!("'{step}' is done for each element, and taken back one by one: it has no '{what}'");
            report.error(Code::UnknownMilestone, name.span, message);
            None
        }
        "compensated" => Some(Milestone::StepCompensated(index)),
        _ => {
            let message = format!("a step has no milestone '{what}'");
            report.push(
                Code::UnknownMilestone,
                name.span,
                message,
                nearest_or_all(what, MILESTONES_OF_STEP.iter().map(|(name, _)| *name)),
            );
            None
        }
    }
}
