//! One task's access to the broker in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use palinode_wire::snapshots;

use super::{broker::MemoryBroker, state::State};
use crate::{Application, Consumed, Error, Outcome, Paused, PollLimits, Produced, Slot, TaskLog, TopicPartition};

/// One task's producers and readers.
pub struct MemoryTask {
    broker: MemoryBroker,
    id_prefix: String,
    task: i32,
    journal: TopicPartition,
    wake: Arc<dyn Fn() + Send + Sync>,
    reader: u64,
    epochs: BTreeMap<Slot, u64>,
    inputs: Vec<Input>,
    journal_input: Option<Input>,
    snapshots: TopicPartition,
    /// The snapshots up to this end.
    snapshots_input: Option<(Input, i64)>,
}

struct Input {
    source: TopicPartition,
    next: i64,
    paused: Paused,
}

impl MemoryTask {
    pub(super) fn new(
        broker: MemoryBroker,
        application: &Application,
        task: i32,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let reader = broker.lock().join(Arc::clone(&wake));
        Self {
            id_prefix: format!("{}{}-{task}-", application.topic_prefix, application.name),
            journal: TopicPartition::new(format!("{}palinode.journal", application.topic_prefix), task),
            snapshots: TopicPartition::new(format!("{}{}", application.topic_prefix, snapshots::TOPIC), task),
            snapshots_input: None,
            broker,
            task,
            wake,
            reader,
            epochs: BTreeMap::new(),
            inputs: Vec::new(),
            journal_input: None,
        }
    }

    fn id(&self, slot: Slot) -> String {
        format!("{}{}", self.id_prefix, slot.as_str())
    }

    /// Is woken by what comes on the inputs and the journal.
    fn listen(&self) {
        let inputs = self.inputs.iter().chain(&self.journal_input);
        let sources: BTreeSet<_> = inputs.map(|input| input.source.clone()).collect();
        self.broker.lock().listen(self.reader, sources);
    }
}

impl TaskLog for MemoryTask {
    fn fence(&mut self, slot: Slot) -> Result<(), Error> {
        let id = self.id(slot);
        let mut state = self.broker.lock();
        state.answer("initialising a transactional id")?;
        self.epochs.insert(slot, state.fence(&id));
        Ok(())
    }

    fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome {
        let Some(epoch) = self.epochs.get(&slot).copied() else {
            return Outcome::Indefinite {
                reason: format!("the id '{}' is not initialised", slot.as_str()),
            };
        };
        let id = self.id(slot);
        let (outcome, wakes) = self
            .broker
            .lock()
            .commit(self.task, (&id, epoch), &self.journal, records);
        if matches!(outcome, Outcome::Fenced | Outcome::Indefinite { .. }) {
            self.epochs.remove(&slot);
        }
        self.broker.tell(wakes);
        outcome
    }

    fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        let mut state = self.broker.lock();
        state.answer("the first offsets")?;
        inputs.iter().map(|input| Ok(state.partition(input)?.start())).collect()
    }

    fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        let mut state = self.broker.lock();
        state.answer("the last offsets")?;
        inputs.iter().map(|input| Ok(state.partition(input)?.end())).collect()
    }

    fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error> {
        let input = |(source, next): &(TopicPartition, i64)| Input {
            source: source.clone(),
            next: *next,
            paused: Paused::No,
        };
        self.inputs = positions.iter().map(input).collect();
        self.listen();
        (self.wake)();
        Ok(())
    }

    fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error> {
        for input in self.inputs.iter_mut().filter(|input| inputs.contains(&input.source)) {
            input.paused = paused;
        }
        (self.wake)();
        Ok(())
    }

    fn poll(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error> {
        let full = poll(&self.broker, &mut self.inputs, limits, wait, into)?;
        if full {
            (self.wake)();
        }
        Ok(())
    }

    fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error> {
        let mut state = self.broker.lock();
        self.inputs
            .iter()
            .map(|input| {
                Ok((
                    input.source.clone(),
                    state.partition(&input.source)?.skip_unseen(input.next),
                ))
            })
            .collect()
    }

    fn open_journal(&mut self, offset: i64) -> Result<(), Error> {
        let mut state = self.broker.lock();
        let start = state.partition(&self.journal)?.start();
        drop(state);
        let next = if offset == 0 { start } else { offset };
        self.journal_input = Some(Input {
            source: self.journal.clone(),
            next,
            paused: Paused::No,
        });
        self.listen();
        (self.wake)();
        Ok(())
    }

    fn poll_journal(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<(), Error> {
        let Some(input) = &mut self.journal_input else {
            return Err(Error::Refused {
                what: "the journal is not open".into(),
            });
        };
        poll(&self.broker, std::slice::from_mut(input), limits, wait, into).map(drop)
    }

    fn journal_bounds(&mut self) -> Result<(i64, i64), Error> {
        let mut state = self.broker.lock();
        state.answer("the bounds of the journal")?;
        let journal = state.partition(&self.journal)?;
        Ok((journal.start(), journal.end()))
    }

    fn close_journal(&mut self) {
        self.journal_input = None;
        self.listen();
    }

    fn open_snapshots(&mut self) -> Result<(i64, i64), Error> {
        let mut state = self.broker.lock();
        state.answer("the bounds of the snapshots")?;
        let snapshots = state.partition(&self.snapshots)?;
        let (first, end) = (snapshots.start(), snapshots.end());
        let input = Input {
            source: self.snapshots.clone(),
            next: first,
            paused: Paused::No,
        };
        self.snapshots_input = Some((input, end));
        Ok((first, end))
    }

    fn poll_snapshots(&mut self, limits: PollLimits, wait: Duration, into: &mut Vec<Consumed>) -> Result<bool, Error> {
        let Some((input, end)) = &mut self.snapshots_input else {
            return Ok(true);
        };
        let next = self.broker.lock().partition(&input.source)?.skip_unseen(input.next);
        if next < *end {
            poll(&self.broker, std::slice::from_mut(input), limits, wait, into)?;
        }
        let mut state = self.broker.lock();
        let snapshots = state.partition(&input.source)?;
        let is_end = snapshots.skip_unseen(input.next) >= *end && snapshots.end() <= *end;
        *end = (*end).max(snapshots.end());
        Ok(is_end)
    }

    fn close_snapshots(&mut self) {
        self.snapshots_input = None;
    }

    fn release(&mut self) {
        self.epochs.clear();
        self.inputs.clear();
        self.journal_input = None;
        self.snapshots_input = None;
        self.listen();
    }
}

impl Drop for MemoryTask {
    fn drop(&mut self) {
        self.broker.lock().leave(self.reader);
    }
}

/// Appends records in the order in which they were written. Returns whether it stopped at the limits.
fn poll(
    broker: &MemoryBroker,
    inputs: &mut [Input],
    limits: PollLimits,
    wait: Duration,
    into: &mut Vec<Consumed>,
) -> Result<bool, Error> {
    let (deadline, before) = (Instant::now() + wait, into.len());
    let mut bytes = 0;
    let mut state = broker.lock();
    loop {
        let taken = into.len() - before;
        if taken >= limits.records_max || bytes >= limits.bytes_max {
            return Ok(true);
        }
        match earliest(&mut state, inputs) {
            // What was taken is handed out; the next call meets the failure again.
            Err(_) if taken > 0 => return Ok(false),
            Err(error) => return Err(error),
            Ok(Some((input, record))) => {
                input.next = record.offset + 1;
                bytes += size(&record);
                into.push(record);
            }
            Ok(None) => {
                let patience = deadline.saturating_duration_since(Instant::now());
                if taken > 0 || patience.is_zero() {
                    return Ok(false);
                }
                broker.wait(&mut state, patience);
            }
        }
    }
}

/// Of the next records of all inputs the one that was written first.
fn earliest<'a>(state: &mut State, inputs: &'a mut [Input]) -> Result<Option<(&'a mut Input, Consumed)>, Error> {
    let mut found: Option<(usize, u64, Consumed)> = None;
    if state.answer("reading").is_err() {
        return Ok(None);
    }
    for (index, input) in inputs
        .iter()
        .enumerate()
        .filter(|(_, input)| input.paused == Paused::No)
    {
        let partition = state.partition(&input.source)?;
        if !(partition.start()..=partition.end()).contains(&input.next) {
            let TopicPartition { topic, partition } = &input.source;
            let (topic, offset) = (topic.to_string(), input.next);
            return Err(Error::OffsetOutOfRange {
                topic,
                partition: *partition,
                offset,
            });
        }
        if let Some((record, place)) = partition.next(input.next)
            && found.as_ref().is_none_or(|(_, earlier, _)| place < *earlier)
        {
            found = Some((index, place, record.clone()));
        }
    }
    Ok(found.map(|(index, _, record)| (&mut inputs[index], record)))
}

fn size(record: &Consumed) -> usize {
    let part = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
    part(&record.key) + part(&record.value) + record.headers.iter().map(|header| header.value.len()).sum::<usize>()
}
