//! Reads a saga's events from the journal: the whole story, also when no node runs.

use palinode_core::{SagaId, SchemaId};
use palinode_log::kafka;
use palinode_wire::{
    Schemas,
    journal::{JournalRecord, JournalSchemas, SagaRecord},
    partition_of, rfc3339,
};
use serde_json::json;

use crate::{Verdict, arguments::SagaShow, cluster::kept_schemas, say};

/// An id that no registry gives: every record of the journal is read by the schema that its writer kept.
const NO_ID: SchemaId = SchemaId(u32::MAX);

pub(super) fn show(arguments: &SagaShow) -> anyhow::Result<Verdict> {
    let id = SagaId::new(arguments.definition.as_str(), arguments.key.as_str());
    let reached = arguments.cluster.reach(None)?;
    let events = events_of(&reached.kafka, &reached.topic_prefix, &id)?;
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

/// The events of a saga, in order. The schemas are those that the nodes have kept: no registry is asked.
pub(crate) fn events_of(
    settings: &kafka::Settings,
    topic_prefix: &str,
    id: &SagaId,
) -> anyhow::Result<Vec<SagaRecord>> {
    let topic = format!("{topic_prefix}palinode.journal");
    let own = JournalSchemas::new(|_| Some(NO_ID))?;
    let mut kept = Schemas::default();
    for (id, text) in kept_schemas(settings, topic_prefix)? {
        // One that cannot be used is none of the journal's.
        let _ = kept.add(id, text);
    }
    let mut events = Vec::new();
    let mut unreadable = 0_u64;
    let partition = partition_of(id.key.as_str().as_bytes(), kafka::partition_count(settings, &topic)?);
    kafka::scan(settings, &[topic], Some(partition), |record| {
        match record.value.as_ref().map(|value| own.read(&kept, value)) {
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
    if let Some(option) = &event.option {
        let by = event.by.as_deref().unwrap_or("nobody in time");
        line.push_str(&format!(", '{option}' by {by}"));
    }
    if let ("SagaMigrated" | "MigrationUndone", Some(by)) = (&*event.event_type, &event.by) {
        line.push_str(&format!(" to version {}, by {by}", event.version));
    }
    if let Some(lock) = &event.lock {
        line.push_str(&format!(", lock '{lock}'"));
    }
    if let Some(asker) = &event.asker {
        line.push_str(&format!(" of {asker}"));
    }
    if let Some(place) = event.place {
        line.push_str(&format!(", place {place}"));
    }
    if let Some(sub_saga) = &event.sub_saga {
        line.push_str(&format!(", the saga {sub_saga}"));
    }
    if let Some(parent) = &event.parent {
        line.push_str(&format!(", done for {parent}"));
    }
    if let Some(items) = event.items {
        line.push_str(&format!(", {items} items"));
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
        "version": event.version,
        "type": event.event_type,
        "step": event.step.as_ref().map(palinode_core::StepName::as_str),
        "round": event.round.map(|round| round.0),
        "attempt": event.attempt.map(|attempt| attempt.0),
        "code": event.code,
        "reason": event.reason,
        "items": event.items,
        "fails": event.fails,
        "option": event.option,
        "by": event.by,
        "note": event.note,
        "lock": event.lock.as_ref().map(palinode_core::LockKey::as_str),
        "asker": event.asker.as_ref().map(ToString::to_string),
        "place": event.place,
        "sub_saga": event.sub_saga,
        "parent": event.parent,
        "cause": event.cause.as_str(),
        "correlation": event.correlation,
        "traceparent": event.traceparent,
    })
}
