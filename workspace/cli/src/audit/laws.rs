//! What the auditor is told beforehand: taken from the definitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use palinode_audit::{Graph, GraphStep, Options};
use palinode_core::{CompensationOrder, Plan, RecordName, StepIndex, TopicName};
use palinode_server::read_definitions;

/// The options for the definitions at `paths`.
pub(super) fn options(paths: &[PathBuf]) -> anyhow::Result<Options> {
    let mut options = Options::default();
    for plan in read_definitions(paths)? {
        options.graphs.insert((plan.name.clone(), plan.version), graph(&plan));
        options.named.extend(named(&plan));
        let correlated = plan.steps.iter().filter(|step| step.event_key().is_some());
        let topics = correlated
            .filter_map(|step| step.event())
            .map(|trigger| trigger.topic.clone());
        options.correlated.extend(topics);
    }
    Ok(options)
}

fn graph(plan: &Plan) -> Graph {
    let step = |step: &palinode_core::StepPlan| {
        // Taken back all at once, no step waits for those that came after it.
        let after: &[StepIndex] = match plan.compensation_order {
            CompensationOrder::Parallel => &[],
            CompensationOrder::Reverse | CompensationOrder::Sequential => &step.after,
        };
        let after = after.iter().map(|index| plan.step(*index).name.clone()).collect();
        (
            step.name.clone(),
            GraphStep {
                after,
                has_compensation: step.compensation.is_some(),
            },
        )
    };
    Graph {
        steps: plan.steps.iter().map(step).collect::<BTreeMap<_, _>>(),
    }
}

/// The record types that the plan reads, by topic.
fn named(plan: &Plan) -> BTreeSet<(TopicName, RecordName)> {
    plan.awaited()
        .map(|(record, topic)| (topic.clone(), record.clone()))
        .collect()
}
