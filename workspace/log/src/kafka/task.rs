//! One task's access to Kafka.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use palinode_wire::snapshots::TOPIC as SNAPSHOTS;

use super::{
    client, failure,
    log::Shared,
    producer::TaskProducer,
    reader::{ReadFailure, Reader, Wake},
};
use crate::{Consumed, Error, Outcome, Paused, PollLimits, Produced, Slot, TaskLog, TopicPartition};

/// The journal's topic, without the prefix.
pub(super) const JOURNAL: &str = "palinode.journal";

/// One task's producers, its input consumer and its journal reader. Each is made when it is needed.
pub struct KafkaTask {
    shared: Arc<Shared>,
    task: i32,
    journal: TopicPartition,
    wake: Wake,
    producers: BTreeMap<Slot, TaskProducer>,
    inputs: Option<Reader>,
    journal_reader: Option<Reader>,
    snapshots: TopicPartition,
    /// Reads the snapshots up to this end.
    snapshots_reader: Option<(Reader, i64)>,
    /// The snapshots' topic was there when a transaction was last committed.
    has_snapshots: bool,
}

impl KafkaTask {
    pub(super) fn new(shared: Arc<Shared>, task: i32, wake: Wake) -> Self {
        let topic = format!("{}{JOURNAL}", shared.application.topic_prefix);
        let journal = TopicPartition::new(topic, task);
        let snapshots = TopicPartition::new(format!("{}{SNAPSHOTS}", shared.application.topic_prefix), task);
        Self {
            shared,
            task,
            journal,
            wake,
            producers: BTreeMap::new(),
            inputs: None,
            journal_reader: None,
            snapshots,
            snapshots_reader: None,
            has_snapshots: false,
        }
    }

    /// Why no snapshot can be written. A transaction that no topic takes would cost the producer, and so is not begun.
    fn why_no_snapshots(&mut self) -> Option<String> {
        if !self.has_snapshots {
            match self.shared.queries.partitions(&self.snapshots.topic) {
                Ok(partitions) if self.task < partitions => self.has_snapshots = true,
                Ok(_) => return Some(format!("'{}' does not exist", self.snapshots)),
                Err(error) => return Some(error.to_string()),
            }
        }
        None
    }

    fn reader(&self, purpose: &str, wake: Option<Wake>) -> Result<Reader, Error> {
        Reader::create(
            &client::reader(&self.shared.settings, &self.shared.application, self.task, purpose),
            wake,
        )
    }

    /// Finds the input that a failure means: its topic is gone, or its position is outside of its log. When there is
    /// none, the failure belongs to an assignment before, whose errors librdkafka may still hand out: reading goes on.
    fn explain(&self, failure: ReadFailure, positions: Result<Vec<(TopicPartition, i64)>, Error>) -> Result<(), Error> {
        if !failure::is_missing(failure.code) && !failure::is_out_of_range(failure.code) {
            return Err(Error::Refused {
                what: format!("reading on: {} ({})", failure.code, failure.reason),
            });
        }
        match self.find_culprit(&failure, positions)? {
            Some(error) => Err(error),
            None => {
                tracing::warn!(task = self.task, code = %failure.code, reason = failure.reason, "no input has failed");
                Ok(())
            }
        }
    }

    fn find_culprit(
        &self,
        failure: &ReadFailure,
        positions: Result<Vec<(TopicPartition, i64)>, Error>,
    ) -> Result<Option<Error>, Error> {
        let queries = &self.shared.queries;
        if failure::is_missing(failure.code) {
            for (source, _) in positions? {
                if source.partition >= queries.partitions(&source.topic)? {
                    return Ok(Some(Error::MissingTopic {
                        topic: source.to_string(),
                    }));
                }
            }
        } else if failure::is_out_of_range(failure.code) {
            let (sources, offsets): (Vec<_>, Vec<_>) = positions?.into_iter().unzip();
            let (starts, ends) = (queries.starts(&sources)?, queries.ends(&sources)?);
            for (index, TopicPartition { topic, partition }) in sources.iter().enumerate() {
                let offset = offsets[index];
                if offset < starts[index] || offset > ends[index] {
                    let topic = topic.to_string();
                    return Ok(Some(Error::OffsetOutOfRange {
                        topic,
                        partition: *partition,
                        offset,
                    }));
                }
            }
        }
        Ok(None)
    }
}

impl TaskLog for KafkaTask {
    fn fence(&mut self, slot: Slot) -> Result<(), Error> {
        self.producers.remove(&slot);
        let Shared {
            settings, application, ..
        } = &*self.shared;
        let journal = Arc::clone(&self.journal.topic);
        let producer = TaskProducer::fence(settings, application, journal, self.task, slot)?;
        self.producers.insert(slot, producer);
        Ok(())
    }

    fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome {
        if slot == Slot::Snapshot
            && let Some(reason) = self.why_no_snapshots()
        {
            return Outcome::Aborted { reason, refused: None };
        }
        let Some(producer) = self.producers.get_mut(&slot) else {
            return Outcome::Indefinite {
                reason: format!("the id '{}' is not initialised", slot.as_str()),
            };
        };
        let outcome = producer.commit(records);
        self.has_snapshots &= slot != Slot::Snapshot || matches!(outcome, Outcome::Committed { .. });
        if matches!(outcome, Outcome::Fenced | Outcome::Indefinite { .. }) {
            self.producers.remove(&slot);
        }
        outcome
    }

    fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.shared.queries.starts(inputs)
    }

    fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.shared.queries.committed_ends(inputs)
    }

    fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error> {
        let mut reader = match self.inputs.take() {
            Some(reader) => reader,
            None => self.reader("inputs", Some(Arc::clone(&self.wake)))?,
        };
        // A reader that could not be assigned is not kept: the next attempt begins with a new one.
        reader.assign(positions)?;
        self.inputs = Some(reader);
        Ok(())
    }

    fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error> {
        self.inputs
            .as_mut()
            .map_or(Ok(()), |reader| reader.set_paused(inputs, paused))
    }

    fn poll(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error> {
        let Some(reader) = &mut self.inputs else {
            std::thread::sleep(wait);
            return Ok(());
        };
        match reader.poll(limits, wait, into) {
            Ok(()) => Ok(()),
            Err(failure) => {
                let positions = reader.positions();
                self.explain(failure, positions)
            }
        }
    }

    fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error> {
        self.inputs.as_ref().map_or(Ok(Vec::new()), Reader::positions)
    }

    fn open_journal(&mut self, offset: i64) -> Result<(), Error> {
        // The first record that stands is asked for here: a new reader would do so half a second later.
        let first = match offset {
            0 => self.shared.queries.starts(std::slice::from_ref(&self.journal))?.pop(),
            _ => None,
        };
        let from = first.unwrap_or(offset);
        let mut reader = self.reader("journal", Some(Arc::clone(&self.wake)))?;
        reader.assign(&[(self.journal.clone(), from)])?;
        self.journal_reader = Some(reader);
        Ok(())
    }

    fn poll_journal(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error> {
        let Some(reader) = &mut self.journal_reader else {
            return Err(Error::Refused {
                what: "the journal is not open".into(),
            });
        };
        match reader.poll(limits, wait, into) {
            Ok(()) => Ok(()),
            Err(failure) => {
                let positions = reader.positions();
                self.explain(failure, positions)
            }
        }
    }

    fn journal_bounds(&mut self) -> Result<(i64, i64), Error> {
        let journal = std::slice::from_ref(&self.journal);
        let (starts, ends) = (self.shared.queries.starts(journal)?, self.shared.queries.ends(journal)?);
        Ok((starts[0], ends[0]))
    }

    fn close_journal(&mut self) {
        self.journal_reader = None;
    }

    fn open_snapshots(&mut self) -> Result<(i64, i64), Error> {
        let snapshots = std::slice::from_ref(&self.snapshots);
        let queries = &self.shared.queries;
        let (starts, ends) = (queries.starts(snapshots)?, queries.committed_ends(snapshots)?);
        let (first, end) = (starts[0], ends[0]);
        self.snapshots_reader = None;
        if first < end {
            let mut reader = self.reader("snapshots", None)?;
            reader.assign(&[(self.snapshots.clone(), first)])?;
            self.snapshots_reader = Some((reader, end));
        }
        Ok((first, end))
    }

    fn poll_snapshots(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<bool, Error> {
        let Some((reader, end)) = &mut self.snapshots_reader else {
            return Ok(true);
        };
        if let Err(failure) = reader.poll(limits, wait, into) {
            let positions = reader.positions();
            self.explain(failure, positions)?;
            return Ok(false);
        }
        // Markers and what compaction has taken away count as read.
        let positions = reader.positions()?;
        if !positions.iter().all(|(_, next)| next >= end) {
            return Ok(false);
        }
        // What an owner wrote meanwhile may have taken away what was not read yet.
        let ends = self
            .shared
            .queries
            .committed_ends(std::slice::from_ref(&self.snapshots))?;
        let is_end = *end >= ends[0];
        *end = ends[0];
        Ok(is_end)
    }

    fn close_snapshots(&mut self) {
        self.snapshots_reader = None;
    }

    fn release(&mut self) {
        self.producers.clear();
        self.inputs = None;
        self.journal_reader = None;
        self.snapshots_reader = None;
    }
}
