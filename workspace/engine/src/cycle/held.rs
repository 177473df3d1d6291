//! Records kept back because their schema is not known here: their partition waits, the others go on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palinode_core::{SchemaId, Timestamp};
use palinode_log::{Consumed, TopicPartition};
use palinode_store::Stores;
use palinode_wire::dead_letter::ErrorCode;

use super::{Action, SchemaAnswer, running::Running};
use crate::settings::{SCHEMA_ANSWER_MAX, SCHEMA_GIVEN_UP, SCHEMA_PAUSE};

/// How often the registry may say that it does not know an id before its records become dead letters. More than once,
/// because a follower of the registry may not have read what its leader just stored.
const UNKNOWN_ANSWERS_MAX: u32 = 3;

/// What is kept back.
#[derive(Debug, Default)]
pub(super) struct Held {
    partitions: BTreeMap<TopicPartition, VecDeque<Consumed>>,
    schemas: BTreeMap<SchemaId, LookUp>,
    /// Ids that are waited for no longer: for a while their records become dead letters.
    given_up: BTreeMap<SchemaId, GivenUp>,
}

/// Why a schema is not waited for.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) code: ErrorCode,
    pub(super) reason: String,
    /// When the registry is asked again.
    until: Timestamp,
}

/// A schema that is being asked for.
#[derive(Debug)]
struct LookUp {
    since: Timestamp,
    ask_at: Timestamp,
    unknown_answers: u32,
    trouble: Option<String>,
}

impl Held {
    /// Gives the record back, or keeps it when earlier records of its partition are kept back. After an aborted
    /// transaction records come again that stand before those.
    pub(super) fn keep_behind(&mut self, record: Consumed) -> Option<Consumed> {
        match self.partitions.get_mut(&record.source) {
            Some(kept) if kept.front().is_some_and(|first| first.offset < record.offset) => {
                keep(kept, record);
                None
            }
            _ => Some(record),
        }
    }

    /// Whether records of this input are kept back.
    pub(super) fn holds(&self, input: &TopicPartition) -> bool {
        self.partitions.contains_key(input)
    }

    /// The inputs whose records are kept back; they are not read meanwhile.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &TopicPartition> {
        self.partitions.keys()
    }

    /// Keeps `record` and what follows it on its partition back until `schema` is known or given up.
    pub(super) fn hold(&mut self, schema: SchemaId, record: Consumed, now: Timestamp, actions: &mut Vec<Action>) {
        keep(self.partitions.entry(record.source.clone()).or_default(), record);
        self.ask(schema, now, actions);
    }

    /// Asks for a schema, unless that is under way.
    pub(super) fn ask(&mut self, schema: SchemaId, now: Timestamp, actions: &mut Vec<Action>) {
        self.schemas.entry(schema).or_insert_with(|| {
            actions.push(Action::LookUp(schema));
            LookUp {
                since: now,
                ask_at: now.plus(SCHEMA_ANSWER_MAX),
                unknown_answers: 0,
                trouble: None,
            }
        });
    }

    /// Why this schema is not waited for at `now`.
    pub(super) fn given_up(&self, schema: SchemaId, now: Timestamp) -> Option<&GivenUp> {
        self.given_up.get(&schema).filter(|given_up| now < given_up.until)
    }

    fn give_up(&mut self, schema: SchemaId, code: ErrorCode, reason: String, now: Timestamp) {
        let until = now.plus(SCHEMA_GIVEN_UP);
        self.given_up.insert(schema, GivenUp { code, reason, until });
    }

    /// Asks again for schemas whose pause is over.
    pub(super) fn ask_again(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        for (schema, look_up) in &mut self.schemas {
            if now >= look_up.ask_at {
                look_up.ask_at = now.plus(SCHEMA_ANSWER_MAX);
                actions.push(Action::LookUp(*schema));
            }
        }
    }

    /// When to ask again.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        self.schemas.values().map(|look_up| look_up.ask_at).min()
    }

    /// For people.
    pub(super) fn waiting(&self) -> Option<String> {
        let (schema, look_up) = self.schemas.iter().next()?;
        let trouble = look_up.trouble.as_deref().unwrap_or("it has not answered");
        Some(format!(
            "{} partitions wait for the schema {} from the registry: {trouble}",
            self.partitions.len(),
            schema.0
        ))
    }

    /// Lets everything go that was kept back, oldest first of each partition.
    fn release(&mut self) -> Vec<Consumed> {
        std::mem::take(&mut self.partitions).into_values().flatten().collect()
    }
}

impl<St: Stores> Running<St> {
    /// The registry answered: what waits for this schema goes on, as input or as dead letter, or waits longer.
    pub(super) fn schema_answered(&mut self, schema: SchemaId, answer: SchemaAnswer, now: Timestamp) {
        let Some(look_up) = self.held.schemas.get_mut(&schema) else {
            return;
        };
        let resolved = match answer {
            SchemaAnswer::Known(text) => match self.schemas.add(schema, text) {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(task = self.task, schema = schema.0, %error, "the registry's schema cannot be used");
                    let reason = format!("the schema {} cannot be used: {error}", schema.0);
                    self.held.give_up(schema, ErrorCode::UnusableSchema, reason, now);
                    true
                }
            },
            SchemaAnswer::Unknown => {
                look_up.unknown_answers += 1;
                look_up.trouble = Some("it does not know the id".into());
                let enough = look_up.unknown_answers >= UNKNOWN_ANSWERS_MAX;
                if enough {
                    let reason = format!("the registry does not know the schema {}", schema.0);
                    self.held.give_up(schema, ErrorCode::UnknownSchema, reason, now);
                }
                enough
            }
            SchemaAnswer::Unavailable(trouble) => {
                let enough = now.since(look_up.since) > self.shared.settings.schema_wait;
                look_up.trouble = Some(trouble);
                if enough {
                    let reason = format!("the registry did not answer for the schema {}", schema.0);
                    self.held.give_up(schema, ErrorCode::UnknownSchema, reason, now);
                }
                enough
            }
        };
        if resolved {
            self.held.schemas.remove(&schema);
            self.take_back();
        } else if let Some(look_up) = self.held.schemas.get_mut(&schema) {
            look_up.ask_at = now.plus(SCHEMA_PAUSE);
        }
    }

    /// What was kept back goes to the front of the backlog, between records of the same inputs that stand there again
    /// after an aborted transaction, in the order of their offsets.
    fn take_back(&mut self) {
        let released = self.held.release();
        let inputs: BTreeSet<TopicPartition> = released.iter().map(|record| record.source.clone()).collect();
        let all = released.into_iter().chain(self.backlog.drain(..));
        let (mut first, rest): (Vec<_>, Vec<_>) = all.partition(|record| inputs.contains(&record.source));
        first.sort_by(|a, b| (&a.source, a.offset).cmp(&(&b.source, b.offset)));
        self.backlog = first.into_iter().chain(rest).collect();
    }
}

/// Keeps `record` among the records of its partition, in their order.
fn keep(kept: &mut VecDeque<Consumed>, record: Consumed) {
    let at = kept.partition_point(|other| other.offset < record.offset);
    kept.insert(at, record);
}
