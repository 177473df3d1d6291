//! A batch: inputs and due timers, applied one after another to one draft.

use palinode_core::{Input, InputId, SagaId, SchemaId, Timer, TimerKind, Timestamp};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, InputKey, Stores};
use palinode_wire::{
    Origin, Schemas,
    dead_letter::{DeadLetter, ErrorCode},
};

use super::{
    Shared,
    blame::Blame,
    decode::{Decoded, decode},
    draft::Draft,
    held::Held,
    outbox,
    state_machine::Exit,
};
use crate::journal::Journal;

/// A batch under construction.
pub(super) struct Batch<'a, St: Stores> {
    pub(super) shared: &'a Shared<St>,
    pub(super) task: i32,
    pub(super) schemas: &'a Schemas,
    pub(super) journal: &'a mut Journal,
    pub(super) store: &'a St::Store,
    pub(super) blame: &'a Blame,
    pub(super) now: Timestamp,
    pub(super) draft: Draft,
    /// An open saga whose version is not run here; nothing of the batch may stand then.
    pub(super) not_run: Option<String>,
    counts: Counts,
}

/// What became of the records of a batch, for the metrics.
#[derive(Debug, Default)]
struct Counts {
    applied: u64,
    foreign: u64,
    forwarded: u64,
    dead: u64,
    timers: u64,
}

/// Whether a record is part of the batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is.
    Yes,
    /// It waits for this schema.
    SchemaMissing(SchemaId),
    /// It cannot be handled by this node.
    No,
}

impl<'a, St: Stores> Batch<'a, St> {
    /// An empty batch at `now`.
    pub(super) fn new(
        shared: &'a Shared<St>,
        task: i32,
        schemas: &'a Schemas,
        journal: &'a mut Journal,
        store: &'a St::Store,
        blame: &'a Blame,
        now: Timestamp,
    ) -> Self {
        let (draft, counts) = (Draft::default(), Counts::default());
        Self {
            shared,
            task,
            schemas,
            journal,
            store,
            blame,
            now,
            draft,
            not_run: None,
            counts,
        }
    }

    /// Takes a record in. `input` is where it stands, in the words of the store.
    pub(super) fn record(&mut self, input: &InputKey, held: &Held, record: &Consumed) -> Result<Taken, StoreError> {
        match decode(self.shared, self.task, self.schemas, held, self.now, record) {
            Decoded::SchemaMissing(schema) => return Ok(Taken::SchemaMissing(schema)),
            Decoded::Foreign => self.counts.foreign += 1,
            Decoded::Dead(origin, code, reason) => self.dead(record, origin, code, reason),
            Decoded::Elsewhere(origin, partition) => {
                self.counts.forwarded += 1;
                let inbox = &self.shared.definitions.topics.inbox;
                self.draft
                    .records
                    .push(outbox::forwarded(inbox, partition, record, &origin));
                self.draft.forwarded_from.insert(origin.topic);
            }
            Decoded::Asked(asked) => {
                if let Taken::SchemaMissing(schema) = self.asked(held, *asked, record)? {
                    return Ok(Taken::SchemaMissing(schema));
                }
                self.counts.applied += 1;
            }
            Decoded::Correlated(event) => {
                if let Taken::SchemaMissing(schema) = self.correlated(held, event, record)? {
                    return Ok(Taken::SchemaMissing(schema));
                }
                self.counts.applied += 1;
            }
            Decoded::Heard(heard) => {
                if let Taken::SchemaMissing(schema) = self.heard(held, &heard, record)? {
                    return Ok(Taken::SchemaMissing(schema));
                }
                self.counts.applied += 1;
            }
            Decoded::Meant(meant) => {
                if let Taken::SchemaMissing(schema) = self.meant(held, &meant, record)? {
                    return Ok(Taken::SchemaMissing(schema));
                }
                self.counts.applied += 1;
            }
        }
        self.draft.positions.insert(input.clone(), record.offset + 1);
        Ok(Taken::Yes)
    }

    /// Fires a timer, unless an input of this batch has removed it. It waits in the store while a schema is missing, and
    /// while its saga cannot be handled here.
    pub(super) fn timer(&mut self, held: &Held, id: &SagaId, timer: Timer) -> Result<Taken, StoreError> {
        if let Some(schema) = self.missing_schema(held, id)? {
            return Ok(Taken::SchemaMissing(schema));
        }
        let (version, still) = self.draft.look(self.store, id, |saga| {
            let open = saga.and_then(palinode_core::Saga::open);
            (
                open.map(|state| state.version),
                palinode_core::timers(saga).contains(&timer),
            )
        })?;
        let Some(version) = version.filter(|_| still) else {
            return Ok(Taken::Yes);
        };
        let Some(plan) = self.shared.definitions.position(&id.definition, version) else {
            self.not_run = Some(not_run(id));
            return Ok(Taken::No);
        };
        let cause = timer_id(timer);
        if !self.apply(plan, id, &Input::Timer(timer.kind), &cause, None)? {
            return Ok(Taken::No);
        }
        self.counts.timers += 1;
        Ok(Taken::Yes)
    }

    /// What the batch does.
    pub(super) fn finish(self) -> Result<Draft, Exit> {
        if let Some(reason) = self.not_run {
            return Err(Exit::Park(reason));
        }
        let Counts {
            applied,
            foreign,
            forwarded,
            dead,
            timers,
        } = self.counts;
        for (kind, count) in [
            ("applied", applied),
            ("foreign", foreign),
            ("forwarded", forwarded),
            ("dead", dead),
            ("timer", timers),
        ] {
            if count > 0 {
                metrics::counter!("palinode_inputs_total", "kind" => kind).increment(count);
            }
        }
        Ok(self.draft)
    }

    /// Writes a dead letter.
    pub(super) fn dead(&mut self, record: &Consumed, origin: Origin, code: ErrorCode, reason: String) {
        self.counts.dead += 1;
        tracing::warn!(task = self.task, input = %origin.input_id(), code = code.as_str(), %reason, "a dead letter");
        let letter = DeadLetter {
            code,
            reason,
            origin,
            timestamp: Timestamp(record.timestamp),
        };
        let topic = &self.shared.definitions.topics.dead_letters;
        self.draft.records.push(outbox::dead_letter(
            topic,
            record,
            &letter,
            self.blame.dead_letters_are_short(),
        ));
    }
}

/// Why a saga cannot be handled here.
pub(super) fn not_run(id: &SagaId) -> String {
    format!("the saga '{id}' follows a version of its definition that this node cannot run; publish the version again")
}

/// The id of a timer as the cause of events.
fn timer_id(timer: Timer) -> InputId {
    let kind = match timer.kind {
        TimerKind::Deadline => "deadline",
        TimerKind::Timeout { .. } => "timeout",
        TimerKind::Retry { .. } => "retry",
    };
    format!("timer/{kind}/{}", timer.due.0).into()
}
