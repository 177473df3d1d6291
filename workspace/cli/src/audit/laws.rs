//! What the auditor is told beforehand: taken from the definitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use palinode_audit::{Graph, GraphStep, Options};
use palinode_core::{Plan, RecordName, TopicName};
use palinode_server::read_definitions;

/// The options for the definitions at `paths`.
pub(super) fn options(paths: &[PathBuf]) -> anyhow::Result<Options> {
    let mut options = Options::default();
    for plan in read_definitions(paths)? {
        options.graphs.insert((plan.name.clone(), plan.version), graph(&plan));
        options.named.extend(named(&plan));
    }
    Ok(options)
}

fn graph(plan: &Plan) -> Graph {
    let step = |step: &palinode_core::StepPlan| {
        let after = step.after.iter().map(|index| plan.step(*index).name.clone()).collect();
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
    let mut named = BTreeSet::new();
    let resumed = plan.steps.iter().filter_map(|step| step.resumed_by.as_ref());
    for trigger in std::iter::once(&plan.started_by)
        .chain(&plan.cancelled_by)
        .chain(resumed)
    {
        named.insert((trigger.topic.clone(), trigger.record.clone()));
    }
    for step in &plan.steps {
        let compensation = step.compensation.iter().map(|compensation| &compensation.replies);
        for replies in std::iter::once(&step.replies).chain(compensation) {
            for record in std::iter::once(&replies.succeeded).chain(&replies.failed) {
                named.insert((replies.topic.clone(), record.clone()));
            }
        }
    }
    named
}
