//! One input of one saga: choose its meaning, let the core decide, and write down what follows.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use palinode_core::{
    Context, Event, Input, InputId, Reason, ReasonCode, Reply, RequestStatus, Saga, SagaId, SchemaId, StepIndex,
    Transition, transition, transition_refused,
};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Store, Stores};
use palinode_wire::{Origin, dead_letter::ErrorCode, headers};

use super::{
    batch::{Batch, Taken, not_run},
    decode::{Meant, pairs},
    held::Held,
    outbox::{Carried, Sender},
};
use crate::routes::{Meaning, Role};

impl<St: Stores> Batch<'_, St> {
    /// Applies an input to the sagas that it concerns; to none of them while a schema is missing.
    pub(super) fn meant(&mut self, held: &Held, meant: &Meant<'_>, record: &Consumed) -> Result<Taken, StoreError> {
        match self.missing_schema_of(held, meant)? {
            Some(schema) => Ok(Taken::SchemaMissing(schema)),
            None => self.applied(meant, record).map(|()| Taken::Yes),
        }
    }

    /// The first schema that one of the sagas that an input concerns waits for.
    pub(super) fn missing_schema_of(&mut self, held: &Held, meant: &Meant<'_>) -> Result<Option<SchemaId>, StoreError> {
        for role in meant.roles {
            let definition = self.shared.definitions.at(role.plan).plan.name.clone();
            let id = SagaId {
                definition,
                key: meant.key.clone(),
            };
            if let Some(schema) = self.missing_schema(held, &id)? {
                return Ok(Some(schema));
            }
        }
        Ok(None)
    }

    /// Applies an input to the sagas that it concerns.
    pub(super) fn applied(&mut self, meant: &Meant<'_>, record: &Consumed) -> Result<(), StoreError> {
        if meant
            .roles
            .iter()
            .any(|role| matches!(role.meaning, Meaning::Reply(..)))
        {
            self.reply(meant, record)?;
        } else if meant.roles.iter().any(|role| role.meaning == Meaning::Decide) {
            self.decide(meant, record)?;
        } else if meant.roles.iter().any(|role| role.meaning == Meaning::Migrate) {
            self.migrate(meant, record)?;
        } else {
            self.event(meant, record)?;
        }
        Ok(())
    }

    /// The first schema of a payload in the saga's state that is not known here, as after a restart, and worth waiting
    /// for. Without one that was given up the core finds no value where it needs one, and suspends the saga.
    pub(super) fn missing_schema(&mut self, held: &Held, id: &SagaId) -> Result<Option<SchemaId>, StoreError> {
        let (schemas, now) = (self.schemas, self.now);
        let missing = |schema: SchemaId| !schemas.contains(schema) && held.given_up(schema, now).is_none();
        self.draft.look(self.store, id, |saga| {
            let state = match saga? {
                Saga::Open(state) => state,
                Saga::Closed(closed) => closed.memory.as_ref()?,
                Saga::CancelledEarly { .. } | Saga::Lock(_) => return None,
            };
            let replies = state.steps.iter().filter_map(|step| step.reply.as_ref());
            let payloads = std::iter::once(&state.start).chain(replies);
            payloads.map(|payload| payload.schema).find(|schema| missing(*schema))
        })
    }

    /// One event may start, cancel or resume sagas of several definitions; of each definition the saga's own version
    /// says what it means.
    fn event(&mut self, meant: &Meant<'_>, record: &Consumed) -> Result<(), StoreError> {
        let mut done: Vec<usize> = Vec::new();
        let mut unknown: Option<SagaId> = None;
        for role in meant.roles {
            let definition = &self.shared.definitions.at(role.plan).plan.name;
            let id = SagaId {
                definition: definition.clone(),
                key: meant.key.clone(),
            };
            let Some(plan) = self.plan_of(&id)? else {
                unknown = Some(id);
                continue;
            };
            if plan != role.plan || done.contains(&plan) {
                continue;
            }
            done.push(plan);
            if let Some(input) = self.input(role, meant) {
                self.apply(plan, &id, &input, &meant.cause, Some(record))?;
            }
        }
        match unknown {
            Some(id) if done.is_empty() => {
                self.dead(record, self.origin(record), ErrorCode::UnknownDefinition, not_run(&id))
            }
            _ => {}
        }
        Ok(())
    }

    /// A reply goes to the saga that its headers name; without headers to the saga of its key whose step is open.
    fn reply(&mut self, meant: &Meant<'_>, record: &Consumed) -> Result<(), StoreError> {
        let mut chosen: Option<(u8, &Role, SagaId)> = None;
        let mut unknown: Option<SagaId> = None;
        for role in meant.roles {
            let Meaning::Reply(step, purpose, _) = role.meaning else {
                continue;
            };
            let plan = &self.shared.definitions.at(role.plan).plan;
            if let Some(answers) = &meant.answers {
                let named = answers.saga.definition == plan.name
                    && answers.purpose == purpose
                    && self.answered(role, meant).map(StepIndex::template) == Some(step);
                if !named {
                    continue;
                }
            }
            let answered = self.answered(role, meant).unwrap_or(step);
            let id = SagaId {
                definition: plan.name.clone(),
                key: meant.key.clone(),
            };
            match self.plan_of(&id)? {
                Some(plan) if plan == role.plan => {}
                Some(_) => continue,
                None => {
                    unknown = Some(id);
                    continue;
                }
            }
            let rank = self.draft.look(self.store, &id, |saga| match saga {
                Some(Saga::Open(state)) => match state.get(answered).map(|step| step.request(purpose).status) {
                    Some(RequestStatus::Pending { .. } | RequestStatus::Paused { .. } | RequestStatus::Unknown) => 3,
                    _ => 2,
                },
                Some(_) => 1,
                None => 0,
            })?;
            if chosen.as_ref().is_none_or(|(best, ..)| rank > *best) {
                chosen = Some((rank, role, id));
            }
        }
        match chosen {
            Some((_, role, id)) => {
                if let Some(input) = self.input(role, meant) {
                    self.apply(role.plan, &id, &input, &meant.cause, Some(record))?;
                }
            }
            None => {
                if let Some(id) = unknown {
                    self.dead(record, self.origin(record), ErrorCode::UnknownDefinition, not_run(&id));
                    return Ok(());
                }
                let text = meant.answers.as_ref().map(ToString::to_string).unwrap_or_default();
                let reason = format!("its idempotency key '{text}' names no step that this record type answers");
                self.dead(record, self.origin(record), ErrorCode::WrongSagaId, reason);
            }
        }
        Ok(())
    }

    /// The step, or the item of a step, that a reply says it answers.
    fn answered(&self, role: &Role, meant: &Meant<'_>) -> Option<StepIndex> {
        let answers = meant.answers.as_ref()?;
        let plan = &self.shared.definitions.at(role.plan).plan;
        plan.step_named(answers.step.as_str())
    }

    /// The position of the plan that the saga follows, or would follow; `None` when this node does not run it.
    pub(super) fn plan_of(&mut self, id: &SagaId) -> Result<Option<usize>, StoreError> {
        let (version, is_open) = self.draft.look(self.store, id, |saga| match saga {
            Some(Saga::Open(state)) => (Some(state.version), true),
            Some(Saga::Closed(closed)) => (Some(closed.version), false),
            Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) | None => (None, false),
        })?;
        let definitions = &self.shared.definitions;
        let plan = match version {
            Some(version) => definitions.position(&id.definition, version),
            None => {
                let active = self.store.checkpoint().activations.in_force(&id.definition);
                active.and_then(|active| definitions.position(&id.definition, active.version))
            }
        };
        if plan.is_none() && is_open {
            self.not_run = Some(not_run(id));
        }
        Ok(plan)
    }

    fn input(&self, role: &Role, meant: &Meant<'_>) -> Option<Input> {
        let payload = meant.payload.clone();
        Some(match role.meaning {
            Meaning::Start => Input::Start {
                payload,
                correlation: meant.correlation.clone().unwrap_or_else(|| meant.key.as_str().into()),
                traceparent: Some(meant.traceparent.clone().unwrap_or_else(|| {
                    let seed = format!("{}/{}", self.shared.member.application.name, meant.cause);
                    headers::root(seed.as_bytes()).into()
                })),
            },
            Meaning::Cancel => Input::Cancel { payload },
            Meaning::Resume(step) => Input::Resume {
                step: Some(step),
                payload: Some(payload),
            },
            Meaning::Event(step) | Meaning::Correlated(step) => Input::Event { step, payload },
            // What such a wish is for stands in it, not in the definition: see `control`.
            Meaning::Decide | Meaning::Migrate => return None,
            Meaning::Reply(step, purpose, result) => {
                let step = self.answered(role, meant).unwrap_or(step);
                let round = meant.answers.as_ref().map(|answers| answers.round);
                Input::Reply(Reply {
                    step,
                    purpose,
                    result,
                    round,
                    payload,
                })
            }
        })
    }

    /// Lets the core decide, and writes down what follows. What cannot be sent, or breaks an invariant, suspends this
    /// saga and no other. False when not even that is possible: the saga stays as it is, and the record is a dead letter.
    pub(super) fn apply(
        &mut self,
        plan: usize,
        id: &SagaId,
        input: &Input,
        cause: &InputId,
        record: Option<&Consumed>,
    ) -> Result<bool, StoreError> {
        let before = self.draft.take(self.store, id)?;
        let begin = self.draft.records.len();
        self.draft.owners.push((begin, id.clone()));
        let refused = match self.blame.of_saga(id) {
            Some(reason) => Err(reason.clone()),
            None => self.attempt(plan, id, before.as_ref(), input, cause),
        };
        let after = match refused {
            Ok(done) => done,
            Err(reason) => {
                self.draft.records.truncate(begin);
                tracing::error!(saga = %id, %reason, "the saga is suspended: what it leads to cannot be sent");
                match self.refused(plan, id, before.as_ref(), input, cause, &reason) {
                    Ok(done) => done,
                    Err(broken) => {
                        tracing::error!(saga = %id, reason = %broken, "the saga cannot be handled");
                        self.draft.records.truncate(begin);
                        if let Some(record) = record {
                            self.dead(
                                record,
                                self.origin(record),
                                ErrorCode::InvariantBroken,
                                broken.to_string(),
                            );
                        }
                        self.draft.put(id, before);
                        return Ok(false);
                    }
                }
            }
        };
        if let Some(record) = record {
            let unheard = |event: &&Event| matches!(event, Event::InputRejected { .. }) && event.needs_attention();
            for event in after.events.iter().filter(unheard) {
                let reason = event.reason().map_or_else(String::new, ToString::to_string);
                self.dead(record, self.origin(record), ErrorCode::UnknownSaga, reason);
            }
        }
        self.draft.put(id, after.saga);
        Ok(true)
    }

    fn attempt(
        &mut self,
        plan: usize,
        id: &SagaId,
        before: Option<&Saga>,
        input: &Input,
        cause: &InputId,
    ) -> Result<Transition, Reason> {
        let shared = self.shared;
        let context = Context {
            plan: &shared.definitions.at(plan).plan,
            decoder: self.schemas,
            now: self.now,
        };
        let sequence = before.map(Saga::sequence);
        let carried = carried(before);
        let decided = caught(|| transition(context, id, before, input))?;
        let sender = Sender::new(shared, plan, id, cause, self.now, sequence, carried, &decided);
        sender.events(self.journal, &decided.events, &mut self.draft.records);
        for effect in &decided.effects {
            let written = sender.effect(effect, &mut self.draft.records)?;
            if let Some(reason) = self.blame.of_topic(&written, self.now) {
                return Err(reason.clone());
            }
        }
        Ok(decided)
    }

    fn refused(
        &mut self,
        plan: usize,
        id: &SagaId,
        before: Option<&Saga>,
        input: &Input,
        cause: &InputId,
        reason: &Reason,
    ) -> Result<Transition, Reason> {
        let shared = self.shared;
        let context = Context {
            plan: &shared.definitions.at(plan).plan,
            decoder: self.schemas,
            now: self.now,
        };
        let sequence = before.map(Saga::sequence);
        let carried = carried(before);
        let decided = caught(|| transition_refused(context, id, before, input, reason))?;
        let sender = Sender::new(shared, plan, id, cause, self.now, sequence, carried, &decided);
        sender.events(self.journal, &decided.events, &mut self.draft.records);
        for effect in &decided.effects {
            let begin = self.draft.records.len();
            let written = sender.effect(effect, &mut self.draft.records);
            let refused = written.map_or(true, |topic| self.blame.of_topic(&topic, self.now).is_some());
            if refused {
                self.draft.records.truncate(begin);
            }
        }
        Ok(decided)
    }

    pub(super) fn origin(&self, record: &Consumed) -> Origin {
        let topics = &self.shared.definitions.topics;
        // Elsewhere such headers are left from an earlier life, as of a dead letter that was sent again.
        let forwarded = record.source.topic == topics.inbox;
        Origin::read(pairs(record))
            .filter(|_| forwarded)
            .unwrap_or_else(|| Origin {
                topic: topics.short(&record.source.topic).into(),
                partition: record.source.partition,
                offset: record.offset,
            })
    }
}

/// The correlation id and the trace of a saga that was known before the input, also of one that has ended.
fn carried(saga: Option<&Saga>) -> Option<Carried> {
    let state = match saga? {
        Saga::Open(state) => state,
        Saga::Closed(closed) => closed.memory.as_ref()?,
        Saga::CancelledEarly { .. } | Saga::Lock(_) => return None,
    };
    Some((Arc::clone(&state.correlation), state.traceparent.clone()))
}

/// What `decide` gives; a panic in it as a reason.
fn caught(decide: impl FnOnce() -> Transition) -> Result<Transition, Reason> {
    catch_unwind(AssertUnwindSafe(decide))
        .map_err(|panic| Reason::new(ReasonCode::InvariantBroken, panic_text(panic.as_ref())))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "an unknown panic".into());
    format!("handling the input broke an invariant: {text}")
}
