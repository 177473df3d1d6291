//! What a task of a process reaches: the model of everything that its thread has in production.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use palinode_core::{SchemaId, Timestamp};
use palinode_engine::{Deployment, Letter, Outside, cycle::Status};
use palinode_log::{Consumed, Error, Outcome, Paused, PollLimits, Produced, Slot, TopicPartition};
use palinode_wire::snapshots::TOPIC as SNAPSHOTS;

use super::{
    Link, Partitions,
    producer::Producer,
    queries::{Which, offsets},
    reader::Reader,
};
use crate::{
    history::{Happened, record_id},
    node::Mailbox,
    world::{Event, Hold, Space},
};

/// The journal's topic.
const JOURNAL: &str = "palinode.journal";
/// How long the definitions may take to be read.
const LIBRARY_MS: i64 = 5;

/// What a client is made from.
pub(crate) struct Belongings {
    /// The hold of the task's thread.
    pub(crate) hold: Hold,
    /// The run of the process.
    pub(crate) run: u64,
    /// The task.
    pub(crate) task: i32,
    /// The name of the application.
    pub(crate) application: Arc<str>,
    /// The task's letters.
    pub(crate) mailbox: Rc<RefCell<Mailbox>>,
    /// How many partitions each topic has.
    pub(crate) partitions: Rc<Partitions>,
    /// What is published, as this process reads it.
    pub(crate) deployment: Deployment,
    /// Where the task stands, as shown.
    pub(crate) status: Rc<RefCell<Status>>,
}

/// What a task of a process reaches.
pub(crate) struct Client {
    own: Belongings,
    journal: TopicPartition,
    queries: Link,
    producers: BTreeMap<Slot, Producer>,
    inputs: Option<Reader>,
    journal_reader: Option<Reader>,
    snapshots: TopicPartition,
    /// Reads the snapshots up to this end.
    snapshots_reader: Option<(Reader, i64)>,
    /// The latest time that the task was told since its last transaction began.
    told: Cell<Timestamp>,
}

impl Client {
    /// A client without producers and readers.
    #[must_use]
    pub(crate) fn new(own: Belongings) -> Self {
        Self {
            journal: TopicPartition::new(JOURNAL, own.task),
            snapshots: TopicPartition::new(SNAPSHOTS, own.task),
            queries: Link::new(own.hold.clone()),
            own,
            producers: BTreeMap::new(),
            inputs: None,
            journal_reader: None,
            snapshots_reader: None,
            told: Cell::default(),
        }
    }

    fn note(&self, what: Happened) {
        self.own.hold.space.borrow_mut().note(what);
    }

    /// A transaction begins: gives it a number.
    fn begin(&self, slot: Slot, records: &[Produced], instance: (i64, i16)) -> u64 {
        let Belongings { hold, task, .. } = &self.own;
        let mut space = hold.space.borrow_mut();
        let transaction = space.ledger.number();
        space.ledger.begin(instance, transaction);
        let id = |record: &Produced| {
            record_id(
                &record.topic,
                &record.headers,
                record.value.as_deref().unwrap_or_default(),
            )
            .unwrap_or_default()
        };
        // What is written was decided by a time that was told before; the clock may have gone back meanwhile, and it may
        // have been looked at again.
        let now = space.places[hold.node].now(space.now);
        let node_time = now.max(self.told.replace(now));
        space.note(Happened::Began {
            node: hold.node,
            task: *task,
            slot,
            transaction,
            records: records.iter().map(id).collect(),
            node_time,
        });
        transaction
    }
}

impl Outside for Client {
    /// Nobody looks at the status in between.
    const SLEEP_MAX: Duration = Duration::from_secs(10);

    fn now(&self) -> Timestamp {
        let hold = &self.own.hold;
        let space = hold.space.borrow();
        let now = space.places[hold.node].now(space.now);
        self.told.set(now.max(self.told.get()));
        now
    }

    fn letter(&mut self) -> Option<Letter> {
        self.own.mailbox.borrow_mut().take()
    }

    async fn letter_within(&mut self, wait: Duration) -> Option<Letter> {
        let hold = &self.own.hold;
        let until = hold.after(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let mailbox = &self.own.mailbox;
        hold.wait(until, |_| mailbox.borrow_mut().take()).await
    }

    fn look_up(&mut self, schema: SchemaId) {
        let Belongings { hold, run, task, .. } = &self.own;
        let mut space = hold.space.borrow_mut();
        let delay = space.network.some_ms(LIBRARY_MS);
        let event = Event::LookUp {
            node: hold.node,
            run: *run,
            task: *task,
            schema,
        };
        space.later(delay, event);
    }

    fn publish(&mut self, status: Status) {
        let before = self.own.status.replace(status);
        let words = words(&self.own.status.borrow());
        if self::words(&before) != words {
            self.note(Happened::Status {
                node: self.own.hold.node,
                task: self.own.task,
                status: words,
            });
        }
    }

    async fn definitions(&mut self) -> Result<Deployment, String> {
        let hold = &self.own.hold;
        let delay = hold.space.borrow_mut().network.some_ms(LIBRARY_MS);
        hold.sleep(delay).await;
        let space = hold.space.borrow();
        if space.places[hold.node].is_cut_off || space.network.broker.is_none() {
            return Err("the topic of the definitions cannot be read".into());
        }
        Ok(self.own.deployment.clone())
    }

    async fn fence(&mut self, slot: Slot) -> Result<(), Error> {
        self.producers.remove(&slot);
        let Belongings {
            hold,
            task,
            application,
            partitions,
            ..
        } = &self.own;
        let id = format!("{application}-{task}-{}", slot.as_str()).into();
        let fenced = Producer::fence(Link::new(hold.clone()), id, Rc::clone(partitions)).await;
        let error = fenced.as_ref().err().map(ToString::to_string);
        if error.is_some() || Slot::ALL.last() == Some(&slot) {
            self.note(Happened::Fenced {
                node: self.own.hold.node,
                task: self.own.task,
                error,
            });
        }
        self.producers.insert(slot, fenced?);
        Ok(())
    }

    async fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome {
        let Some(mut producer) = self.producers.remove(&slot) else {
            return Outcome::Indefinite {
                reason: format!("the id '{}' is not initialised", slot.as_str()),
            };
        };
        let transaction = self.begin(slot, records, producer.instance);
        let told = producer.commit(records, &self.journal).await;
        self.note(Happened::Ended {
            node: self.own.hold.node,
            task: self.own.task,
            transaction,
            told: told.clone(),
        });
        if !matches!(told, Outcome::Fenced | Outcome::Indefinite { .. }) {
            self.producers.insert(slot, producer);
        }
        told
    }

    async fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        offsets(&mut self.queries, inputs, Which::First).await
    }

    async fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        offsets(&mut self.queries, inputs, Which::CommittedEnd).await
    }

    async fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error> {
        let thread = self.own.hold.thread;
        let mailbox = Rc::clone(&self.own.mailbox);
        let wake = move |space: &mut Space| {
            mailbox.borrow_mut().wake();
            space.wake(thread);
        };
        let hold = &self.own.hold;
        let reader = self
            .inputs
            .get_or_insert_with(|| Reader::new(hold.clone(), Box::new(wake)));
        reader.assign(positions);
        Ok(())
    }

    async fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error> {
        if let Some(reader) = &self.inputs {
            reader.set_paused(inputs, paused);
        }
        Ok(())
    }

    async fn poll(&mut self, limits: PollLimits, into: &mut Vec<Consumed>) -> Result<(), Error> {
        let Some(reader) = &self.inputs else { return Ok(()) };
        if reader.poll(limits, into)? {
            // What is left is polled when the task comes back.
            self.own.mailbox.borrow_mut().wake();
        }
        if !into.is_empty() {
            let records = into.iter().map(|record| (record.source.clone(), record.offset));
            self.note(Happened::Read {
                node: self.own.hold.node,
                task: self.own.task,
                records: records.collect(),
            });
        }
        Ok(())
    }

    async fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error> {
        Ok(self.inputs.as_ref().map_or(Vec::new(), Reader::positions))
    }

    async fn open_journal(&mut self, offset: i64) -> Result<(), Error> {
        let first = match offset {
            0 => {
                let journal = std::slice::from_ref(&self.journal);
                offsets(&mut self.queries, journal, Which::First).await?.pop()
            }
            _ => None,
        };
        let thread = self.own.hold.thread;
        let mailbox = Rc::clone(&self.own.mailbox);
        let wake = move |space: &mut Space| {
            mailbox.borrow_mut().wake();
            space.wake(thread);
        };
        let reader = Reader::new(self.own.hold.clone(), Box::new(wake));
        reader.assign(&[(self.journal.clone(), first.unwrap_or(offset))]);
        self.journal_reader = Some(reader);
        Ok(())
    }

    async fn poll_journal(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<(), Error> {
        let Some(reader) = &self.journal_reader else {
            return Err(Error::Refused {
                what: "the journal is not open".into(),
            });
        };
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        reader.wait(self.own.hold.after(wait)).await;
        reader.poll(limits, into)?;
        Ok(())
    }

    async fn journal_bounds(&mut self) -> Result<(i64, i64), Error> {
        let journal = std::slice::from_ref(&self.journal);
        let starts = offsets(&mut self.queries, journal, Which::First).await?;
        let ends = offsets(&mut self.queries, journal, Which::End).await?;
        Ok((starts[0], ends[0]))
    }

    fn close_journal(&mut self) {
        self.journal_reader = None;
    }

    async fn open_snapshots(&mut self) -> Result<(i64, i64), Error> {
        let snapshots = std::slice::from_ref(&self.snapshots);
        let first = offsets(&mut self.queries, snapshots, Which::First).await?[0];
        let end = offsets(&mut self.queries, snapshots, Which::CommittedEnd).await?[0];
        let thread = self.own.hold.thread;
        let reader = Reader::new(self.own.hold.clone(), Box::new(move |space| space.wake(thread)));
        reader.assign(&[(self.snapshots.clone(), first)]);
        self.snapshots_reader = Some((reader, end));
        Ok((first, end))
    }

    async fn poll_snapshots(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<bool, Error> {
        let Some((reader, end)) = &mut self.snapshots_reader else {
            return Ok(true);
        };
        let is_read = |end| reader.positions().iter().all(|(_, next)| *next >= end);
        if !is_read(*end) {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            reader.wait(self.own.hold.after(wait)).await;
            reader.poll(limits, into)?;
            if !is_read(*end) {
                return Ok(false);
            }
        }
        // What an owner wrote meanwhile may have taken away what was not read yet.
        let snapshots = std::slice::from_ref(&self.snapshots);
        let now = offsets(&mut self.queries, snapshots, Which::CommittedEnd).await?[0];
        let is_end = *end >= now;
        *end = now;
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

/// The status without what changes all the time.
fn words(status: &Status) -> String {
    match status {
        Status::Idle => "idle".into(),
        Status::Standby { trouble, .. } => match trouble {
            Some(trouble) => format!("standby, paused: {trouble}"),
            None => "standby".into(),
        },
        Status::TakingOver { stage, trouble, .. } => match trouble {
            Some(trouble) => format!("taking over, {stage}: {trouble}"),
            None => format!("taking over, {stage}"),
        },
        Status::Running { waiting, .. } => match waiting {
            Some(waiting) => format!("running, {waiting}"),
            None => "running".into(),
        },
        Status::Parked { reason, .. } => format!("parked: {reason}"),
    }
}
