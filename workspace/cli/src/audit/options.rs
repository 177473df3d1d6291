//! What the auditor is told: the definitions and the topics.

use std::collections::{BTreeMap, BTreeSet};

use palinode_audit::{Copies, Expect, Graph, GraphStep, Options};
use palinode_core::{Plan, RecordName, Replies, TopicName, Trigger};
use palinode_log::kafka::{self, Settings};
use palinode_server::read_definitions;

use super::arguments::{Audit, Expected};

/// The topic whose number of partitions is the application's.
const JOURNAL: &str = "palinode.journal";

/// The number of partitions of each topic, by its full name.
pub(super) fn partition_counts(settings: &Settings, topics: &[String]) -> anyhow::Result<BTreeMap<String, i32>> {
    let count = |topic: &String| Ok((topic.clone(), kafka::partition_count(settings, topic)?));
    topics.iter().map(count).collect()
}

/// The auditor's options.
pub(super) fn options(arguments: &Audit, prefix: &str, counts: &BTreeMap<String, i32>) -> anyhow::Result<Options> {
    let plans = read_definitions(&arguments.definitions)?;
    let mut options = Options {
        expect: match arguments.expect {
            Expected::Running => Expect::Running,
            Expected::Ended => Expect::Drained,
            Expected::EndedOrSuspended => Expect::DrainedOrSuspended,
        },
        copied_commands: if arguments.copied_commands { Copies::Allowed } else { Copies::Refused },
        ..Options::default()
    };
    for plan in &plans {
        options.graphs.insert((plan.name.clone(), plan.version), graph(plan));
        options.named.extend(named(plan));
    }
    if let Some(count) = counts.get(&format!("{prefix}{JOURNAL}")) {
        options.partitions = *count;
    }
    for (topic, count) in counts {
        if *count != options.partitions {
            options.partitions_of.insert(topic.strip_prefix(prefix).unwrap_or(topic).into(), *count);
        }
    }
    Ok(options)
}

fn graph(plan: &Plan) -> Graph {
    let step = |step: &palinode_core::StepPlan| {
        let after = step.after.iter().map(|index| plan.step(*index).name.clone()).collect();
        (step.name.clone(), GraphStep { after, has_compensation: step.compensation.is_some() })
    };
    Graph { steps: plan.steps.iter().map(step).collect() }
}

/// The record types that mean something to a definition, by topic.
fn named(plan: &Plan) -> BTreeSet<(TopicName, RecordName)> {
    let trigger = |trigger: &Trigger| (trigger.topic.clone(), trigger.record.clone());
    let replies = |replies: &Replies| {
        let records = [Some(&replies.succeeded), replies.failed.as_ref()];
        records.map(|record| record.map(|record| (replies.topic.clone(), record.clone())))
    };
    let mut named = BTreeSet::from([trigger(&plan.started_by)]);
    named.extend(plan.cancelled_by.as_ref().map(trigger));
    for step in &plan.steps {
        named.extend(replies(&step.replies).into_iter().flatten());
        named.extend(step.resumed_by.as_ref().map(trigger));
        if let Some(compensation) = &step.compensation {
            named.extend(replies(&compensation.replies).into_iter().flatten());
        }
    }
    named
}
