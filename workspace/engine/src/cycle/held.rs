//! Records kept back because their schema is not known here: their partition waits, the others go on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palinode_core::{SchemaId, Timestamp};
use palinode_log::{Consumed, Paused, TopicPartition};
use palinode_store::Stores;

use super::{Action, SchemaAnswer, running::Running};
use crate::settings::{SCHEMA_ANSWER_MAX, SCHEMA_PAUSE};

/// How often the registry may say that it does not know an id before its records become dead letters. More than once,
/// because a follower of the registry may not have read what its leader just stored.
const UNKNOWN_ANSWERS_MAX: u32 = 3;

/// What is kept back.
#[derive(Debug, Default)]
pub(super) struct Held {
    partitions: BTreeMap<TopicPartition, VecDeque<Consumed>>,
    schemas: BTreeMap<SchemaId, LookUp>,
    /// Ids that are waited for no longer: their records become dead letters.
    given_up: BTreeSet<SchemaId>,
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
    /// Gives the record back, or keeps it when earlier records of its partition are kept back.
    pub(super) fn keep_behind(&mut self, record: Consumed) -> Option<Consumed> {
        match self.partitions.get_mut(&record.source) {
            Some(kept) => {
                kept.push_back(record);
                None
            }
            None => Some(record),
        }
    }

    /// Keeps `record` and what follows it on its partition back until `schema` is known or given up.
    pub(super) fn hold(&mut self, schema: SchemaId, record: Consumed, now: Timestamp, actions: &mut Vec<Action>) {
        actions.push(Action::SetPaused(vec![record.source.clone()], Paused::Yes));
        self.partitions.entry(record.source.clone()).or_default().push_back(record);
        self.ask(schema, now, actions);
    }

    /// Asks for a schema, unless that is under way.
    pub(super) fn ask(&mut self, schema: SchemaId, now: Timestamp, actions: &mut Vec<Action>) {
        self.schemas.entry(schema).or_insert_with(|| {
            actions.push(Action::LookUp(schema));
            LookUp { since: now, ask_at: now.plus(SCHEMA_ANSWER_MAX), unknown_answers: 0, trouble: None }
        });
    }

    /// Whether records with this schema become dead letters.
    pub(super) fn is_given_up(&self, schema: SchemaId) -> bool {
        self.given_up.contains(&schema)
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
    fn release(&mut self, actions: &mut Vec<Action>) -> Vec<Consumed> {
        let partitions = std::mem::take(&mut self.partitions);
        if !partitions.is_empty() {
            actions.push(Action::SetPaused(partitions.keys().cloned().collect(), Paused::No));
        }
        partitions.into_values().flatten().collect()
    }
}

impl<St: Stores> Running<St> {
    /// The registry answered: what waits for this schema goes on, as input or as dead letter, or waits longer.
    pub(super) fn schema_answered(
        &mut self,
        schema: SchemaId,
        answer: SchemaAnswer,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        let Some(look_up) = self.held.schemas.get_mut(&schema) else { return };
        let resolved = match answer {
            SchemaAnswer::Known(text) => match self.schemas.add(schema, text) {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(task = self.task, schema = schema.0, %error, "the registry's schema cannot be used");
                    self.held.given_up.insert(schema);
                    true
                }
            },
            SchemaAnswer::Unknown => {
                look_up.unknown_answers += 1;
                look_up.trouble = Some("it does not know the id".into());
                look_up.unknown_answers >= UNKNOWN_ANSWERS_MAX && self.held.given_up.insert(schema)
            }
            SchemaAnswer::Unavailable(trouble) => {
                look_up.trouble = Some(trouble);
                now.since(look_up.since) > self.shared.settings.schema_wait && self.held.given_up.insert(schema)
            }
        };
        if resolved {
            self.held.schemas.remove(&schema);
            for record in self.held.release(actions).into_iter().rev() {
                self.backlog.push_front(record);
            }
        } else if let Some(look_up) = self.held.schemas.get_mut(&schema) {
            look_up.ask_at = now.plus(SCHEMA_PAUSE);
        }
    }
}
