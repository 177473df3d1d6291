//! What all checkers know: the names, and how each saga stands.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use palinode_core::{Outcome, Purpose, RecordName, SagaId, StepName, TopicName};

use crate::{
    Options, Place,
    seen::{Command, Content, EventKind, InputPosition, JOURNAL, Seen},
    standing::Standing,
    testimony::{Observed, Readings, digest_of},
};

/// The number of a saga within one audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SagaIndex(u32);

/// The number of a name within one audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NameIndex(u32);

/// How a saga stands.
#[derive(Debug)]
pub(crate) struct SagaFacts {
    pub(crate) id: SagaId,
    /// The version of its definition.
    pub(crate) version: u32,
    pub(crate) is_started: bool,
    pub(crate) is_suspended: bool,
    /// How it ended, unless it is open.
    pub(crate) outcome: Option<Outcome>,
    /// Partition and offset of its last journal event.
    pub(crate) last: Option<(i32, i64)>,
}

/// What all checkers know.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) options: Options,
    pub(crate) topics: Names<TopicName>,
    pub(crate) steps: Names<StepName>,
    pub(crate) types: Names<RecordName>,
    /// The clients that wrote down what they did.
    pub(crate) clients: Names<Arc<str>>,
    /// What stands; in the journal, which nobody takes as an input, only when a client wrote down something of it before.
    /// The whole run is known only at its end.
    pub(crate) standing: Standing,
    /// What was read. The whole run is known only at its end.
    pub(crate) readings: Readings,
    has_journal_observed: bool,
    sagas: Vec<SagaFacts>,
    by_id: HashMap<SagaId, SagaIndex>,
    dead_letters: HashSet<InputPosition>,
}

impl SagaIndex {
    /// The index of the saga at `at`. An audit holds its sagas in memory, far fewer than 2^32.
    pub(crate) fn new(at: usize) -> Self {
        Self(u32::try_from(at).unwrap_or(u32::MAX))
    }

    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

impl SagaFacts {
    /// Whether it has started and not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.is_started && self.outcome.is_none()
    }

    /// Where its last journal event stands.
    pub(crate) fn last_place(&self) -> Option<Place> {
        let (partition, offset) = self.last?;
        Some(Place {
            topic: JOURNAL.into(),
            partition,
            offset,
        })
    }
}

impl Facts {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            topics: Names::default(),
            steps: Names::default(),
            types: Names::default(),
            clients: Names::default(),
            standing: Standing::default(),
            readings: Readings::default(),
            has_journal_observed: false,
            sagas: Vec::new(),
            by_id: HashMap::new(),
            dead_letters: HashSet::new(),
        }
    }

    /// The index of the saga `id`, which may be new.
    pub(crate) fn index(&mut self, id: SagaId) -> SagaIndex {
        if let Some(known) = self.by_id.get(&id) {
            return *known;
        }
        let index = SagaIndex::new(self.sagas.len());
        self.by_id.insert(id.clone(), index);
        self.sagas.push(SagaFacts {
            id,
            version: 0,
            is_started: false,
            is_suspended: false,
            outcome: None,
            last: None,
        });
        index
    }

    /// The index of a known saga.
    pub(crate) fn find(&self, id: &SagaId) -> Option<SagaIndex> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn saga(&self, index: SagaIndex) -> &SagaFacts {
        &self.sagas[index.at()]
    }

    /// All sagas, in the order in which they were met.
    pub(crate) fn sagas(&self) -> impl Iterator<Item = (SagaIndex, &SagaFacts)> {
        self.sagas
            .iter()
            .enumerate()
            .map(|(at, saga)| (SagaIndex::new(at), saga))
    }

    /// Takes in what a client wrote down.
    pub(crate) fn observe(&mut self, observed: &Observed) {
        self.has_journal_observed |= self.topics.find(JOURNAL) == Some(observed.at.topic);
        self.readings.observe(observed);
    }

    /// Takes a record in.
    pub(crate) fn note(&mut self, seen: &Seen<'_>) {
        if seen.topic.as_str() != JOURNAL || self.has_journal_observed {
            self.standing.note(seen.position(), digest_of(seen));
        }
        self.readings.note(seen);
        if let Content::DeadLetter(Some(origin)) = &seen.content {
            self.dead_letters.insert(*origin);
        }
        let Content::Event(event) = &seen.content else { return };
        let saga = &mut self.sagas[event.saga.at()];
        saga.last = Some((seen.partition, seen.offset));
        match event.kind {
            EventKind::Started => {
                saga.is_started = true;
                saga.version = event.version;
            }
            EventKind::Suspended => saga.is_suspended = true,
            EventKind::Resumed | EventKind::TurnedBack => saga.is_suspended = false,
            EventKind::Reopened => saga.outcome = None,
            EventKind::Completed | EventKind::Compensated => {
                saga.is_suspended = false;
                saga.outcome = event.kind.outcome();
            }
            _ => {}
        }
    }

    /// Whether the record became a dead letter. The whole run is known only at its end.
    pub(crate) fn is_dead_letter(&self, position: InputPosition) -> bool {
        self.dead_letters.contains(&position)
    }

    /// The place at `position`.
    pub(crate) fn place(&self, position: InputPosition) -> Place {
        let InputPosition {
            topic,
            partition,
            offset,
        } = position;
        Place {
            topic: self.topics.name(topic).clone(),
            partition,
            offset,
        }
    }

    /// A command in words.
    pub(crate) fn words(&self, command: &Command) -> String {
        let request = &command.request;
        format!(
            "{}, round {}, attempt {}",
            self.step_words(request.step, request.purpose),
            request.round,
            command.attempt
        )
    }

    /// A step or its compensation in words.
    pub(crate) fn step_words(&self, step: NameIndex, purpose: Purpose) -> String {
        let name = self.steps.name(step);
        match purpose {
            Purpose::Forward => format!("step '{name}'"),
            Purpose::Compensation => format!("the compensation of step '{name}'"),
        }
    }
}

/// Names by number.
#[derive(Debug)]
pub(crate) struct Names<T> {
    list: Vec<T>,
    index: HashMap<T, NameIndex>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            index: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash + Borrow<str>> Names<T> {
    /// The number of `name`, which may be new.
    pub(crate) fn index(&mut self, name: &T) -> NameIndex {
        if let Some(known) = self.find(name.borrow()) {
            return known;
        }
        let index = NameIndex(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(name.clone());
        self.index.insert(name.clone(), index);
        index
    }

    /// The number of a known name.
    pub(crate) fn find(&self, name: &str) -> Option<NameIndex> {
        self.index.get(name).copied()
    }

    pub(crate) fn name(&self, index: NameIndex) -> &T {
        &self.list[index.0 as usize]
    }
}
