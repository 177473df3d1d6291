//! From a record to what the checkers see.

use std::sync::Arc;

use palinode_core::{IdempotencyKey, Outcome, SagaId, TopicName};
use palinode_wire::{
    Origin, Schemas, frame,
    headers::{self, MessageHeaders, parse_saga_id},
    journal::{JournalRecord, JournalSchemas, SagaRecord, TaskRecord},
    outcome::outcome_word,
    own,
    typed::RecordCodec,
};
use serde::Deserialize;

use crate::{
    Record,
    facts::Facts,
    seen::{
        COMMANDS, Command, Content, DEAD_LETTERS, Event, EventKind, INBOX, InputPosition, JOURNAL, OUTCOMES, OfLock,
        OutcomeRow, Request, SOURCE, Seen, Type,
    },
};

/// What `record` says.
pub(crate) fn decode<'a>(
    record: &'a Record,
    schemas: &'a Schemas,
    journal: &JournalSchemas,
    facts: &mut Facts,
) -> Seen<'a> {
    let headers = MessageHeaders::read(record.pairs());
    let content = content(record, &headers, schemas, journal, facts);
    Seen {
        topic: &record.topic,
        topic_index: facts.topics.index(&record.topic),
        partition: record.partition,
        offset: record.offset,
        key: record.key.as_deref(),
        value: record.value.as_ref(),
        headers,
        of_type: type_of(record, schemas, facts),
        schemas,
        content,
    }
}

fn type_of(record: &Record, schemas: &Schemas, facts: &mut Facts) -> Type {
    let Some(value) = &record.value else {
        return Type::Nothing;
    };
    let name = frame::schema_id(value).ok().and_then(|id| schemas.record_name(id));
    name.map_or(Type::Poison, |name| Type::Named(facts.types.index(name)))
}

fn content(
    record: &Record,
    headers: &MessageHeaders<'_>,
    schemas: &Schemas,
    journal: &JournalSchemas,
    facts: &mut Facts,
) -> Content {
    match record.topic.as_str() {
        JOURNAL => of_journal(record, schemas, journal, facts),
        OUTCOMES => outcome(record, schemas, facts).map_or_else(Content::Unreadable, Content::Outcome),
        INBOX => inbox(record, headers, schemas, journal, facts),
        DEAD_LETTERS => {
            let id = headers::last(record.pairs(), headers::DEAD_LETTER_ID);
            Content::DeadLetter(id.and_then(|id| input_position(id, facts)))
        }
        topic if topic.ends_with(COMMANDS) => match command(headers, facts) {
            None if !is_ours(headers) => Content::Stray,
            command => Content::Command(command),
        },
        _ if is_ours(headers) => match emission(headers, facts) {
            Some(emission) => emission,
            None => Content::Unreadable("its ce_id does not say which journal event it tells of".into()),
        },
        _ => Content::Message,
    }
}

/// A forwarded input, or what sagas and locks tell each other: a request for a sub-saga is a command to it.
fn inbox(
    record: &Record,
    headers: &MessageHeaders<'_>,
    schemas: &Schemas,
    journal: &JournalSchemas,
    facts: &mut Facts,
) -> Content {
    let origin = origin(record, facts);
    if origin.is_none() && headers.ce_type == Some(own::SAGA_EVENT.name) {
        return told(record, schemas, journal);
    }
    if origin.is_some() || !is_ours(headers) {
        return Content::Forwarded(origin);
    }
    if headers::last(record.pairs(), headers::SUB_SAGA).is_some() {
        return Content::Command(command(headers, facts));
    }
    Content::Message
}

/// Whether the orchestrator says that it wrote the record.
fn is_ours(headers: &MessageHeaders<'_>) -> bool {
    headers.ce_source.is_some_and(|source| source.starts_with(SOURCE))
}

fn of_journal(record: &Record, schemas: &Schemas, journal: &JournalSchemas, facts: &mut Facts) -> Content {
    let Some(value) = &record.value else {
        return Content::Unreadable("it has no value".into());
    };
    match journal.read(schemas, value) {
        Ok(JournalRecord::Saga(record)) => Content::Event(event(record, facts)),
        Ok(JournalRecord::Task(record)) => {
            know_topics(&record, facts);
            Content::Task(record)
        }
        Err(error) => Content::Unreadable(error.to_string()),
    }
}

/// Numbers the topics that a task's record names.
fn know_topics(record: &TaskRecord, facts: &mut Facts) {
    match record {
        TaskRecord::InputAdded(added) => {
            facts.topics.index(&added.topic);
        }
        TaskRecord::PositionsAdvanced(advanced) => {
            for position in &advanced.positions {
                facts.topics.index(&position.topic);
            }
        }
        TaskRecord::TaskClaimed(_) | TaskRecord::JournalOpened(_) | TaskRecord::DefinitionActivated(_) => {}
    }
}

fn event(record: SagaRecord, facts: &mut Facts) -> Event {
    let step = record.step.as_ref().map(|step| facts.steps.index(step));
    let lock = of_lock(&record).map(Box::new);
    Event {
        lock,
        saga: facts.index(record.id),
        version: record.version,
        sequence: record.sequence.0,
        kind: match record.fails {
            Some(true) => EventKind::Other,
            _ => EventKind::of(&record.event_type),
        },
        step: step.zip(record.purpose),
        round: record.round.map_or(0, |round| round.0),
        attempt: record.attempt.map_or(0, |attempt| attempt.0),
        is_definite: record.definite.unwrap_or(false),
        cause: input_position(record.cause.as_str(), facts),
        payload: record.payload,
    }
}

/// The copy of an event.
fn told(record: &Record, schemas: &Schemas, journal: &JournalSchemas) -> Content {
    let read = record.value.as_ref().map(|value| journal.read(schemas, value));
    let part = match &read {
        Some(Ok(JournalRecord::Saga(event))) => of_lock(event).filter(|part| part.told.is_some()),
        _ => None,
    };
    part.map_or_else(
        || Content::Unreadable("it is no event that says something to somebody else".into()),
        Content::Told,
    )
}

fn of_lock(record: &SagaRecord) -> Option<OfLock> {
    let concerns = record.lock.is_some() || record.asker.is_some();
    concerns.then(|| OfLock {
        event_id: record.event_id(),
        told: record.told(),
        happened: record.is_of_lock().then(|| record.lock_event().ok()).flatten(),
    })
}

/// What the auditor needs of an outcome.
#[derive(Deserialize)]
struct Row {
    event_id: Box<str>,
    definition: Arc<str>,
    saga: Arc<str>,
    outcome: Box<str>,
}

fn outcome(record: &Record, schemas: &Schemas, facts: &mut Facts) -> Result<OutcomeRow, String> {
    let value = record.value.as_ref().ok_or("it has no value")?;
    let id = frame::schema_id(value).map_err(|error| error.to_string())?;
    let shape = schemas
        .shape(id)
        .ok_or_else(|| format!("the schema {} is not known here", id.0))?;
    let codec = RecordCodec::of(Arc::clone(shape), id);
    let row: Row = codec.decode(value, schemas).map_err(|error| error.to_string())?;
    let sequence = row.event_id.rsplit('/').next().and_then(|text| text.parse().ok());
    Ok(OutcomeRow {
        saga: facts.index(SagaId::new(row.definition, row.saga)),
        sequence: sequence.ok_or_else(|| format!("'{}' is no id of a journal event", row.event_id))?,
        outcome: [Outcome::Completed, Outcome::Compensated]
            .into_iter()
            .find(|outcome| outcome_word(*outcome) == &*row.outcome),
    })
}

fn command(headers: &MessageHeaders<'_>, facts: &mut Facts) -> Option<Command> {
    let IdempotencyKey {
        saga,
        step,
        purpose,
        round,
    } = headers.parsed_idempotency_key()?;
    let attempt = headers.attempt?.parse().ok()?;
    let request = Request {
        saga: facts.index(saga),
        step: facts.steps.index(&step),
        purpose,
        round: round.0,
    };
    Some(Command { request, attempt })
}

/// Reads the id of an emission: `definition/key/sequence/milestone`.
fn emission(headers: &MessageHeaders<'_>, facts: &mut Facts) -> Option<Content> {
    let (rest, _milestone) = headers.ce_id?.rsplit_once('/')?;
    let (saga, sequence) = rest.rsplit_once('/')?;
    Some(Content::Emission(
        facts.index(parse_saga_id(saga)?),
        sequence.parse().ok()?,
    ))
}

fn origin(record: &Record, facts: &mut Facts) -> Option<InputPosition> {
    let Origin {
        topic,
        partition,
        offset,
    } = Origin::read(record.pairs())?;
    Some(InputPosition {
        topic: facts.topics.index(&topic),
        partition,
        offset,
    })
}

/// Reads the id of an input: `topic/partition/offset`; `None` for a timer.
fn input_position(text: &str, facts: &mut Facts) -> Option<InputPosition> {
    let (rest, offset) = text.rsplit_once('/')?;
    let (topic, partition) = rest.rsplit_once('/')?;
    let (partition, offset) = (partition.parse().ok()?, offset.parse().ok()?);
    let topic = match facts.topics.find(topic) {
        Some(known) => known,
        None => facts.topics.index(&TopicName::from(topic)),
    };
    Some(InputPosition {
        topic,
        partition,
        offset,
    })
}
