//! The records of the journal, made and read.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use palinode_core::{Event, InputId, Plan, SagaId, Sequence, Timestamp};
use palinode_log::{Consumed, Produced};
use palinode_store::{Activation, InputKey, Stores};
use palinode_wire::{
    Schemas,
    headers::{CE_ID, CE_TYPE},
    journal::{
        DefinitionActivated, InputAdded, JournalOpened, JournalRecord, JournalSchemas, Position, PositionsAdvanced,
        SagaRecord, TaskClaimed, TaskRecord,
    },
    own, partition_of,
};

use crate::cycle::{Shared, header};

/// Makes and reads the journal records of one task. Records of one owner have ids that no other owner's have: the
/// number of the record under the owner's incarnation.
pub(crate) struct Journal {
    topic: Arc<str>,
    inbox: Arc<str>,
    partitions: i32,
    task: i32,
    key: Bytes,
    schemas: JournalSchemas,
    /// Schemas of journal records that another version wrote.
    others: Schemas,
    incarnation: Arc<str>,
    written: u64,
}

/// Where a saga event stands in its saga, and why.
pub(crate) struct SagaEventAt<'a> {
    pub(crate) id: &'a SagaId,
    pub(crate) sequence: Sequence,
    pub(crate) time: Timestamp,
    pub(crate) cause: &'a InputId,
    pub(crate) correlation: Option<&'a Arc<str>>,
    pub(crate) traceparent: Option<&'a Arc<str>>,
}

impl Journal {
    /// The journal of `task` as the owner `incarnation` writes it.
    pub(crate) fn new<St: Stores>(shared: &Shared<St>, task: i32, incarnation: Arc<str>) -> Self {
        Self {
            topic: Arc::clone(&shared.definitions.topics.journal),
            inbox: Arc::clone(&shared.definitions.topics.inbox),
            partitions: shared.member.application.partitions,
            task,
            key: format!("task-{task}").into(),
            schemas: shared.journal_schemas,
            others: shared.schemas.clone(),
            incarnation,
            written: 0,
        }
    }

    /// The owner that writes.
    pub(crate) fn incarnation(&self) -> &Arc<str> {
        &self.incarnation
    }

    /// Adds a saga event to `records`.
    pub(crate) fn saga_event(
        &self,
        plan: &Plan,
        at: &SagaEventAt<'_>,
        event: &Event,
        key: &Bytes,
        records: &mut Vec<Produced>,
    ) {
        let mut record = SagaRecord::from_event(plan, at.id, at.sequence, at.time, at.cause, event);
        record.correlation = record.correlation.or_else(|| at.correlation.cloned());
        record.traceparent = record.traceparent.or_else(|| at.traceparent.cloned());
        self.record(&record, key, records);
    }

    /// Adds an event of a saga or a lock to `records`, and a copy for the inbox when it says something to somebody else.
    pub(crate) fn record(&self, record: &SagaRecord, key: &Bytes, records: &mut Vec<Produced>) {
        let mut value = Vec::with_capacity(EVENT_BYTES + record.payload.as_ref().map_or(0, |it| it.bytes.len()));
        record.encode(self.schemas.saga_event, &mut value);
        let value = Bytes::from(value);
        if let Some(told) = record.told() {
            let id = record.event_id();
            let whose = Bytes::copy_from_slice(told.key().as_bytes());
            records.push(Produced {
                topic: Arc::clone(&self.inbox),
                partition: Some(partition_of(&whose, self.partitions)),
                ..self.produced(whose, value.clone(), own::SAGA_EVENT.name, Some(&id))
            });
        }
        records.push(self.produced(key.clone(), value, own::SAGA_EVENT.name, None));
    }

    /// A claim of the task by `member`.
    pub(crate) fn claim(&mut self, member: &Arc<str>, now: Timestamp) -> Produced {
        let event_id = self.event_id();
        self.of_task(&TaskRecord::TaskClaimed(TaskClaimed {
            event_id,
            task: self.task,
            member: Arc::clone(member),
            incarnation: Arc::clone(&self.incarnation),
            time: now,
        }))
    }

    /// The opening of the journal.
    pub(crate) fn opened(&mut self, application: &Arc<str>, partitions: i32, now: Timestamp) -> Produced {
        let event_id = self.event_id();
        self.of_task(&TaskRecord::JournalOpened(JournalOpened {
            event_id,
            application: Arc::clone(application),
            partitions,
            journal_id: Arc::clone(&self.incarnation),
            time: now,
        }))
    }

    /// An input and where it begins.
    pub(crate) fn input_added(&mut self, (topic, partition): &InputKey, offset: i64, now: Timestamp) -> Produced {
        let event_id = self.event_id();
        let (topic, partition) = (Arc::clone(topic).into(), *partition);
        self.of_task(&TaskRecord::InputAdded(InputAdded {
            event_id,
            topic,
            partition,
            offset,
            time: now,
        }))
    }

    /// A version that starts follow from here on.
    pub(crate) fn activated(&mut self, activation: &Activation, now: Timestamp) -> Produced {
        let event_id = self.event_id();
        self.of_task(&TaskRecord::DefinitionActivated(DefinitionActivated {
            event_id,
            definition: activation.definition.clone(),
            // Definitions have no version above what this holds.
            version: i32::try_from(activation.version).unwrap_or(i32::MAX),
            hash: Arc::clone(&activation.hash),
            time: now,
        }))
    }

    /// The positions that a transaction advances; gives the record's id as well.
    pub(crate) fn positions<'a>(
        &mut self,
        positions: impl Iterator<Item = (&'a InputKey, &'a i64)>,
        now: Timestamp,
    ) -> (Produced, Arc<str>) {
        let event_id = self.event_id();
        let positions = positions
            .map(|((topic, partition), offset)| Position {
                topic: Arc::clone(topic).into(),
                partition: *partition,
                offset: *offset,
            })
            .collect();
        let record = TaskRecord::PositionsAdvanced(PositionsAdvanced {
            event_id: Arc::clone(&event_id),
            time: now,
            positions,
            ignored: Vec::new(),
        });
        (self.of_task(&record), event_id)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A sentence for people.
    pub(crate) fn read(&self, record: &Consumed) -> Result<JournalRecord, String> {
        let value = record.value.as_ref().ok_or("it has no value")?;
        self.schemas
            .read(&self.others, value)
            .map_err(|error| error.to_string())
    }

    fn event_id(&mut self) -> Arc<str> {
        self.written += 1;
        format!("task-{}/{}/{}", self.task, self.incarnation, self.written).into()
    }

    fn of_task(&self, record: &TaskRecord) -> Produced {
        let mut value = Vec::with_capacity(EVENT_BYTES);
        record.encode(&self.schemas, &mut value);
        let name = match record {
            TaskRecord::TaskClaimed(_) => own::TASK_CLAIMED.name,
            TaskRecord::JournalOpened(_) => own::JOURNAL_OPENED.name,
            TaskRecord::InputAdded(_) => own::INPUT_ADDED.name,
            TaskRecord::DefinitionActivated(_) => own::DEFINITION_ACTIVATED.name,
            TaskRecord::PositionsAdvanced(_) => own::POSITIONS_ADVANCED.name,
        };
        self.produced(self.key.clone(), value.into(), name, Some(record.event_id()))
    }

    fn produced(&self, key: Bytes, value: Bytes, record: &'static str, id: Option<&str>) -> Produced {
        let mut headers = vec![header((CE_TYPE, Bytes::from_static(record.as_bytes())))];
        headers.extend(id.map(|id| header((CE_ID, Bytes::copy_from_slice(id.as_bytes())))));
        Produced {
            topic: Arc::clone(&self.topic),
            partition: Some(self.task),
            key: Some(key),
            value: Some(value),
            headers,
        }
    }
}

/// Room for a journal record without its payload, so that writing one seldom grows its buffer.
const EVENT_BYTES: usize = 384;

/// Positions by input, as the journal tells them.
pub(crate) fn positions(record: &PositionsAdvanced) -> BTreeMap<InputKey, i64> {
    let key = |position: &Position| (Arc::from(position.topic.as_str()), position.partition);
    record
        .positions
        .iter()
        .map(|position| (key(position), position.offset))
        .collect()
}
