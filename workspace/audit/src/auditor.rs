//! The auditor: it shows every record to every checker.

use std::sync::Arc;

use palinode_core::SchemaId;
use palinode_wire::{
    SchemaError, Schemas, frame,
    inbox::InboxSchemas,
    journal::{JournalRecord, JournalSchemas},
    own,
    snapshots::SnapshotSchemas,
};

use crate::{
    Counts, Did, Observation, Options, Record, Report, Verdict, check,
    check::Check,
    decode::decode,
    facts::Facts,
    findings::Findings,
    seen::{Content, EventKind, InputPosition, JOURNAL},
    testimony::Observed,
};

/// Takes the records of a run in and judges them.
///
/// Records come in order within a partition and in any order between partitions, each once, as a reader of committed
/// records gets them.
pub struct Auditor {
    schemas: Schemas,
    journal: JournalSchemas,
    facts: Facts,
    checks: Vec<(Box<dyn Check>, Findings)>,
    counts: Counts,
}

impl Auditor {
    /// An auditor that has seen nothing.
    pub fn new(options: Options) -> Self {
        Self::with_schemas(options, Schemas::default())
    }

    /// An auditor that has seen nothing and knows these schemas.
    pub fn with_schemas(options: Options, schemas: Schemas) -> Self {
        let with_findings = |check: Box<dyn Check>| {
            let findings = Findings::new(check.name(), check.meaning());
            (check, findings)
        };
        let mut auditor = Self {
            journal: UNREGISTERED,
            facts: Facts::new(options),
            checks: check::all().into_iter().map(with_findings).collect(),
            counts: Counts::default(),
            schemas,
        };
        for id in auditor.schemas.ids() {
            auditor.register(id);
        }
        auditor
    }

    /// The schema that has to be added before `record` can be understood; to be asked again after it was added, because
    /// a start in the journal carries a payload with a schema of its own. A record whose schema no registry knows is
    /// shown without it: such an input must have become a dead letter.
    pub fn needs_schema(&self, record: &Record) -> Option<SchemaId> {
        let value = record.value.as_ref()?;
        let missing = |id: &SchemaId| !self.schemas.contains(*id);
        let id = frame::schema_id(value).ok()?;
        if missing(&id) {
            return Some(id);
        }
        if record.topic.as_str() != JOURNAL {
            return None;
        }
        match self.journal.read(&self.schemas, value) {
            Ok(JournalRecord::Saga(event)) if EventKind::of(&event.event_type) == EventKind::Started => {
                event.payload.map(|payload| payload.schema).filter(missing)
            }
            _ => None,
        }
    }

    /// Adds a schema of the registry.
    ///
    /// # Errors
    /// When the text is no usable schema.
    pub fn add_schema(&mut self, id: SchemaId, text: impl Into<Arc<str>>) -> Result<(), SchemaError> {
        self.schemas.add(id, text)?;
        self.register(id);
        Ok(())
    }

    /// Our own records are read without a look at their schema when its text is exactly ours.
    fn register(&mut self, id: SchemaId) {
        let Some(text) = self.schemas.text(id) else { return };
        let Some(own) = own::ALL.iter().find(|own| *own.text == **text) else {
            return;
        };
        let (name, journal) = (own.name, &mut self.journal);
        if name == own::SAGA_EVENT.name {
            journal.saga_event = id;
        } else if name == own::POSITIONS_ADVANCED.name {
            journal.positions_advanced = id;
        }
    }

    /// Takes a record in.
    pub fn see(&mut self, record: &Record) {
        let seen = decode(record, &self.schemas, &self.journal, &mut self.facts);
        self.facts.note(&seen);
        self.counts.note(&seen.content);
        for (check, findings) in &mut self.checks {
            check.see(&seen, &self.facts, findings);
        }
    }

    /// Takes in what a client wrote down. Those of one client come in its order; those of the journal come before the
    /// records, so that what stands there is kept in mind. The others may come before or after them.
    pub fn observe(&mut self, observation: &Observation) {
        let offset = match observation.did {
            Did::Sought { offset } | Did::Polled { offset, .. } | Did::Acknowledged { offset, .. } => offset,
            Did::Confirmed { .. } | Did::Refused { .. } => 0,
        };
        let observed = Observed {
            by: self.facts.clients.index(&observation.by),
            at: InputPosition {
                topic: self.facts.topics.index(&observation.topic),
                partition: observation.partition,
                offset,
            },
            did: observation.did,
        };
        self.counts.observations += 1;
        self.facts.observe(&observed);
        for (check, _) in &mut self.checks {
            check.observe(&observed);
        }
    }

    /// Judges the run.
    pub fn finish(self) -> Report {
        let Self {
            facts,
            checks,
            mut counts,
            ..
        } = self;
        counts.note_sagas(&facts);
        let mut report = Report {
            verdict: Verdict::Passed,
            counts,
            checks: Vec::new(),
            violations: Vec::new(),
        };
        for (mut check, mut findings) in checks {
            check.finish(&facts, &mut findings);
            report.checks.push((check.name(), findings.total));
            report.violations.append(&mut findings.kept);
            if findings.total > 0 {
                report.verdict = Verdict::Failed;
            }
        }
        report
    }
}

impl Counts {
    fn note(&mut self, content: &Content) {
        self.records += 1;
        match content {
            Content::Event(event) => {
                self.journal_events += 1;
                if event.kind == EventKind::Rejected {
                    self.rejections += 1;
                }
            }
            Content::Command(_) => self.commands += 1,
            Content::Outcome(_) => self.outcomes += 1,
            Content::Forwarded(_) => self.forwarded += 1,
            Content::DeadLetter(_) => self.dead_letters += 1,
            Content::Emission(..) => self.emissions += 1,
            Content::Task(_) | Content::Told(_) | Content::Unreadable(_) | Content::Stray | Content::Message => {}
        }
    }

    fn note_sagas(&mut self, facts: &Facts) {
        for (_, saga) in facts.sagas().filter(|(_, saga)| saga.is_started) {
            self.sagas += 1;
            match saga.outcome {
                Some(palinode_core::Outcome::Completed) => self.completed += 1,
                Some(palinode_core::Outcome::Compensated) => self.compensated += 1,
                None if saga.is_suspended => self.suspended += 1,
                None => self.open += 1,
            }
        }
    }
}

/// An id that no registry gives: the records are then read by their schema's name and fields.
const NO_ID: SchemaId = SchemaId(u32::MAX);

const UNREGISTERED: JournalSchemas = JournalSchemas {
    saga_event: NO_ID,
    task_claimed: NO_ID,
    journal_opened: NO_ID,
    input_added: NO_ID,
    definition_activated: NO_ID,
    positions_advanced: NO_ID,
    outcome: NO_ID,
    inbox: InboxSchemas {
        sub_saga_succeeded: NO_ID,
        sub_saga_failed: NO_ID,
        sub_saga_taken_back: NO_ID,
    },
    snapshots: SnapshotSchemas {
        saga_snapshot: NO_ID,
        sagas_closed: NO_ID,
        checkpoint_done: NO_ID,
    },
};
