//! Where each step stands to the pivot, and what is allowed there.

use palinode_core::{OnExhausted, Zone};

use super::Graph;
use crate::{Code, raw::Step, source::Report};

/// The pivot and the zone of each step, by place in the file.
#[derive(Debug)]
pub(crate) struct Zones {
    pub(crate) pivot: Option<usize>,
    pub(crate) of: Vec<Zone>,
}

pub(crate) fn zones(steps: &[Step], graph: &Graph, report: &mut Report<'_>) -> Zones {
    let mut pivots = steps
        .iter()
        .enumerate()
        .filter_map(|(place, step)| Some((place, step.pivot?)));
    let pivot = pivots.next().map(|(place, _)| place);
    if let Some(first) = pivot {
        for (_, span) in pivots {
            let message = format!(
                "a definition has one pivot, and '{}' is it already",
                steps[first].name()
            );
            report.error(Code::SecondPivot, span, message);
        }
    }
    let of = (0..steps.len())
        .map(|place| zone(place, pivot, steps, graph, report))
        .collect();
    if let Some(pivot) = pivot {
        certain(pivot, steps, graph, report);
    }
    let zones = Zones { pivot, of };
    for (step, zone) in steps.iter().zip(&zones.of) {
        allowed(step, *zone, report);
    }
    zones
}

/// Whether there is a way back must not depend on whether the pivot is passed over or given up.
fn certain(pivot: usize, steps: &[Step], graph: &Graph, report: &mut Report<'_>) {
    let step = &steps[pivot];
    let known = graph.order.iter().take_while(|at| **at != pivot).count() < graph.acyclic;
    let Some(span) = step.pivot.filter(|_| known && !graph.firm[pivot]) else {
        return;
    };
    let name = step.name();
    let message = format!("the pivot '{name}' may be passed over or given up");
    let hint = "it needs to be done in every saga: no 'when', no choice, no 'onExhausted: continue', and a step before it for \
                which this holds";
    report.error_with(Code::PivotNotCertain, span, message, hint);
}

fn zone(place: usize, pivot: Option<usize>, steps: &[Step], graph: &Graph, report: &mut Report<'_>) -> Zone {
    let Some(pivot) = pivot else { return Zone::Compensatable };
    if place == pivot {
        return Zone::Pivot;
    }
    if graph.ancestors[place].contains(&pivot) {
        return Zone::ForwardOnly;
    }
    let known = graph.order.iter().take_while(|at| **at != place).count() < graph.acyclic;
    if known && !graph.ancestors[pivot].contains(&place) && steps[place].pivot.is_none() {
        let (step, pivot) = (steps[place].name(), steps[pivot].name());
        if let Some(id) = &steps[place].id {
            let message = format!("the step '{step}' is neither before nor after the pivot '{pivot}'");
            let hint = format!("whether '{step}' can be taken back would depend on chance: let one wait for the other");
            report.error_with(Code::ParallelToPivot, id.span, message, hint);
        }
    }
    Zone::Compensatable
}

fn allowed(step: &Step, zone: Zone, report: &mut Report<'_>) {
    let place = match zone {
        Zone::Compensatable => return,
        Zone::Pivot => "is the pivot",
        Zone::ForwardOnly => "comes after the pivot",
    };
    let name = step.name();
    if let Some(compensation) = &step.compensation {
        let message = format!("the step '{name}' {place}, so that it cannot have a compensation");
        report.error(Code::CompensationAfterPivot, compensation.span, message);
    }
    if let Some(on_exhausted) = step
        .on_exhausted
        .as_ref()
        .filter(|what| what.value == OnExhausted::Compensate)
    {
        let message = format!("the step '{name}' {place}, so that the saga cannot go back when no attempt is left");
        report.error(Code::CompensateAfterPivot, on_exhausted.span, message);
    }
}
