//! Reads a saga's events from the journal: the whole story, also when no node runs.

use palinode_core::SagaId;
use palinode_log::{
    kafka::{self, Settings},
    registry::RegistryClient,
};
use palinode_wire::{
    Schemas,
    journal::{JournalRecord, JournalSchemas, SagaRecord},
    own, partition_of, rfc3339,
};
use serde_json::json;

use crate::{Verdict, arguments::SagaShow, say};

/// Where a journal is.
pub(crate) struct Journal {
    pub(crate) bootstrap_servers: String,
    pub(crate) topic_prefix: String,
    pub(crate) registry: String,
}

pub(super) fn show(arguments: &SagaShow) -> anyhow::Result<Verdict> {
    let id = SagaId::new(arguments.definition.as_str(), arguments.key.as_str());
    let journal = Journal {
        bootstrap_servers: arguments.cluster.bootstrap_servers.clone(),
        topic_prefix: arguments.cluster.topic_prefix.clone(),
        registry: arguments.registry.clone(),
    };
    let events = events_of(&journal, &id)?;
    if events.is_empty() {
        say(format_args!(
            "the journal has no saga of '{}' with the key '{}'",
            arguments.definition, arguments.key
        ))?;
        return Ok(Verdict::Found);
    }
    for event in &events {
        if arguments.json {
            say(as_json(event))?
        } else {
            say(as_text(event))?
        }
    }
    Ok(Verdict::Done)
}

/// The events of a saga, in order.
pub(crate) fn events_of(journal: &Journal, id: &SagaId) -> anyhow::Result<Vec<SagaRecord>> {
    let settings = Settings::new(journal.bootstrap_servers.as_str());
    let topic = format!("{}palinode.journal", journal.topic_prefix);
    let schemas = journal_schemas(&journal.registry)?;
    let others = Schemas::default();
    let mut events = Vec::new();
    let mut unreadable = 0_u64;
    let partition = partition_of(id.key.as_str().as_bytes(), kafka::partition_count(&settings, &topic)?);
    kafka::scan(&settings, &[topic], Some(partition), |record| {
        match record.value.as_ref().map(|value| schemas.read(&others, value)) {
            Some(Ok(JournalRecord::Saga(event))) if event.id == *id => events.push(event),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => unreadable += 1,
        }
    })?;
    if unreadable > 0 {
        eprintln!("palinode: {unreadable} records of the journal could not be read; another version wrote them");
    }
    Ok(events)
}

/// Our own schemas get the same ids again when they are registered again.
fn journal_schemas(registry: &str) -> anyhow::Result<JournalSchemas> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = RegistryClient::new(registry)?;
    let ids = runtime.block_on(palinode_server::register_schemas(&client, registry, None))?;
    let id_of = |name: &str| {
        let text = own::ALL.iter().find(|schema| schema.name == name)?.text;
        ids.iter()
            .find(|(_, registered)| *registered == text)
            .map(|(id, _)| *id)
    };
    Ok(JournalSchemas::new(id_of)?)
}

fn as_text(event: &SagaRecord) -> String {
    let mut line = format!("{}  {:>4}  {}", rfc3339(event.time), event.sequence.0, event.event_type);
    if let Some(step) = &event.step {
        line.push_str(&format!(" {step}"));
    }
    if let Some(round) = event.round {
        line.push_str(&format!(", round {}", round.0));
    }
    if let Some(attempt) = event.attempt {
        line.push_str(&format!(", attempt {}", attempt.0));
    }
    if let Some(code) = &event.code {
        line.push_str(&format!(" [{code}]"));
    }
    if let Some(reason) = &event.reason {
        line.push_str(&format!(": {reason}"));
    }
    line
}

fn as_json(event: &SagaRecord) -> serde_json::Value {
    json!({
        "event_id": event.event_id(),
        "sequence": event.sequence.0,
        "time": rfc3339(event.time),
        "type": event.event_type,
        "step": event.step.as_ref().map(palinode_core::StepName::as_str),
        "round": event.round.map(|round| round.0),
        "attempt": event.attempt.map(|attempt| attempt.0),
        "code": event.code,
        "reason": event.reason,
        "cause": event.cause.as_str(),
        "correlation": event.correlation,
        "traceparent": event.traceparent,
    })
}
