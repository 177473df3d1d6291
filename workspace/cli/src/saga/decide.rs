//! Tells a saga what a person decided.

use anyhow::Context;
use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_log::kafka::CompactedTopic;
use palinode_wire::{
    control::{self, DecisionMade},
    own,
};

use crate::{
    Verdict,
    arguments::SagaDecide,
    cluster::{Reached, kept_schemas},
    say,
};

pub(super) fn decide(arguments: &SagaDecide) -> anyhow::Result<Verdict> {
    let decision = DecisionMade {
        definition: arguments.definition.as_str().into(),
        saga: arguments.key.as_str().into(),
        step: arguments.step.as_str().into(),
        option: arguments.option.clone(),
        by: arguments.by.clone(),
        note: arguments.note.clone(),
    };
    let reached = arguments.cluster.reach(None)?;
    let value = decision.encode(schema(&reached)?)?;
    let topic = format!("{}{}", reached.topic_prefix, control::TOPIC);
    let key = Bytes::copy_from_slice(arguments.key.as_bytes());
    // A decision that is written twice does no harm: the second is refused by the saga.
    CompactedTopic::new(reached.kafka, topic.as_str())
        .write(&[(key, value.into())])
        .with_context(|| format!("the decision was not written to '{topic}'"))?;
    say(format_args!(
        "the decision '{}' for the step '{}' of '{}' {} is on its way; 'palinode saga show' tells what came of it",
        arguments.option, arguments.step, arguments.definition, arguments.key
    ))?;
    Ok(Verdict::Done)
}

/// The id under which the nodes have registered and kept the schema of a decision: no registry is asked.
fn schema(reached: &Reached) -> anyhow::Result<SchemaId> {
    let kept = kept_schemas(&reached.kafka, &reached.topic_prefix)?;
    let own = kept.into_iter().find(|(_, text)| *text == own::DECISION_MADE.text);
    let (id, _) = own.context("no node has kept the schema of a decision yet: is one of this version running?")?;
    Ok(id)
}
