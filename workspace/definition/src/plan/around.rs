//! What is certainly there where an expression stands.

use std::collections::BTreeSet;

use palinode_core::{Milestone, StepIndex};

use super::Around;
use crate::check::Graph;

/// The index in the plan of the step at `place` in the file.
pub(super) fn index_of(graph: &Graph, place: usize) -> Option<StepIndex> {
    let position = graph.order.iter().position(|at| *at == place)?;
    u16::try_from(position).ok().map(StepIndex)
}

/// The indexes in the plan of steps by their places, in the order of the plan.
pub(super) fn indexes(graph: &Graph, places: impl IntoIterator<Item = usize>) -> Vec<StepIndex> {
    let mut indexes: Vec<StepIndex> = places.into_iter().filter_map(|place| index_of(graph, place)).collect();
    indexes.sort_unstable();
    indexes
}

/// Where the step at `place` has begun.
pub(super) fn begun(graph: &Graph, place: usize) -> Around {
    Around {
        certain: indexes(graph, graph.certain[place].iter().copied()),
        ..Around::default()
    }
}

/// Where one of these milestones is told.
pub(super) fn told(graph: &Graph, milestones: &[Milestone]) -> Around {
    let at = |milestone: &Milestone| -> BTreeSet<usize> {
        let before = |step: &StepIndex| graph.order.get(step.at()).map(|place| (place, &graph.certain[*place]));
        match milestone {
            Milestone::StepSucceeded(step) => before(step)
                .map(|(place, certain)| certain.iter().chain([place]).copied().collect())
                .unwrap_or_default(),
            Milestone::StepFailed(step) | Milestone::StepCompensated(step) => {
                before(step).map(|(_, certain)| certain.clone()).unwrap_or_default()
            }
            Milestone::Completed => (0..graph.firm.len()).filter(|place| graph.firm[*place]).collect(),
            _ => BTreeSet::new(),
        }
    };
    let certain = milestones.iter().map(at).reduce(|left, right| &left & &right);
    Around {
        certain: indexes(graph, certain.unwrap_or_default()),
        milestone: true,
        ..Around::default()
    }
}
