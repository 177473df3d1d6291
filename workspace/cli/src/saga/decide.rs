//! Tells a saga what a person decided.

use anyhow::Context;
use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_log::{kafka::CompactedTopic, registry::RegistryClient};
use palinode_wire::{
    control::{self, DecisionMade},
    own,
};

use crate::{Verdict, arguments::SagaDecide, say};

pub(super) fn decide(arguments: &SagaDecide) -> anyhow::Result<Verdict> {
    let decision = DecisionMade {
        definition: arguments.definition.as_str().into(),
        saga: arguments.key.as_str().into(),
        step: arguments.step.as_str().into(),
        option: arguments.option.clone(),
        by: arguments.by.clone(),
        note: arguments.note.clone(),
    };
    let reached = arguments.cluster.reach(Some(&arguments.registry))?;
    let value = decision.encode(schema(&reached.registry)?)?;
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

/// Our own schema gets the same id again when it is registered again.
fn schema(registry: &str) -> anyhow::Result<SchemaId> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = RegistryClient::new(registry)?;
    let schema = own::DECISION_MADE;
    let id = runtime
        .block_on(client.register(schema.name, schema.text))
        .with_context(|| format!("the registry at {registry} did not take the schema of a decision"))?;
    Ok(SchemaId(id.0))
}
