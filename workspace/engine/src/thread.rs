//! The thread of one task: the only place where a task blocks.
//!
//! It waits by wake-up: for a letter in its mailbox, for records, or for the cycle's next deadline.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use palinode_core::{SchemaId, Timestamp};
use palinode_log::{Consumed, Error, Outcome, Paused, PollLimits, Produced, Slot, TaskLog, TopicPartition};

use crate::{Clock, Deployment, Letter, Library, Outside, cycle::Status};

/// Asks the registry for a schema; the answer comes as a letter.
pub(crate) type LookUp = Arc<dyn Fn(i32, SchemaId) + Send + Sync>;

/// The thread's belongings.
pub(crate) struct Thread<L> {
    pub(crate) task: i32,
    pub(crate) clock: Clock,
    pub(crate) log: L,
    pub(crate) mailbox: Receiver<Letter>,
    pub(crate) woken: Arc<AtomicBool>,
    pub(crate) look_up: LookUp,
    pub(crate) library: Arc<dyn Library>,
    pub(crate) status: Arc<parking_lot::Mutex<Status>>,
}

/// A callback that wakes the task by one letter, however often it is called before the task has looked.
pub(crate) fn waker(mailbox: SyncSender<Letter>, woken: Arc<AtomicBool>) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        if !woken.swap(true, Ordering::AcqRel) && mailbox.try_send(Letter::Wake).is_err() {
            // A full mailbox wakes the task as well.
            woken.store(false, Ordering::Release);
        }
    })
}

/// Runs what blocks wherever it waits, and so is at its end when it was looked at once.
pub(crate) fn run<F: Future>(blocking: F) -> F::Output {
    match pin!(blocking).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(end) => end,
        Poll::Pending => unreachable!("the calls of a task's thread block"),
    }
}

impl<L> Thread<L> {
    /// From here on a wake-up is a new letter.
    fn opened(&self, letter: Letter) -> Letter {
        if matches!(letter, Letter::Wake) {
            self.woken.store(false, Ordering::Release);
        }
        letter
    }
}

impl<L: TaskLog> Outside for Thread<L> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn letter(&mut self) -> Option<Letter> {
        let letter = self.mailbox.try_recv().ok()?;
        Some(self.opened(letter))
    }

    async fn letter_within(&mut self, wait: Duration) -> Option<Letter> {
        match self.mailbox.recv_timeout(wait) {
            Ok(letter) => Some(self.opened(letter)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Letter::Stop),
        }
    }

    fn look_up(&mut self, schema: SchemaId) {
        (self.look_up)(self.task, schema);
    }

    fn publish(&mut self, status: Status) {
        let mut shown = self.status.lock();
        if *shown != status {
            *shown = status;
        }
    }

    async fn definitions(&mut self) -> Result<Deployment, String> {
        self.library.current()
    }

    async fn fence(&mut self, slot: Slot) -> Result<(), Error> {
        self.log.fence(slot)
    }

    async fn commit(&mut self, slot: Slot, records: &[Produced]) -> Outcome {
        self.log.commit(slot, records)
    }

    async fn starts(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.log.starts(inputs)
    }

    async fn ends(&mut self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.log.ends(inputs)
    }

    async fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error> {
        self.log.assign(positions)
    }

    async fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error> {
        self.log.set_paused(inputs, paused)
    }

    async fn poll(&mut self, limits: PollLimits, into: &mut Vec<Consumed>) -> Result<(), Error> {
        self.log.poll(limits, Duration::ZERO, into)
    }

    async fn positions(&mut self) -> Result<Vec<(TopicPartition, i64)>, Error> {
        self.log.positions()
    }

    async fn open_journal(&mut self, offset: i64) -> Result<(), Error> {
        self.log.open_journal(offset)
    }

    async fn poll_journal(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<(), Error> {
        self.log.poll_journal(limits, wait, into)
    }

    async fn journal_bounds(&mut self) -> Result<(i64, i64), Error> {
        self.log.journal_bounds()
    }

    fn close_journal(&mut self) {
        self.log.close_journal();
    }

    async fn open_snapshots(&mut self) -> Result<(i64, i64), Error> {
        self.log.open_snapshots()
    }

    async fn poll_snapshots(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<bool, Error> {
        self.log.poll_snapshots(limits, wait, into)
    }

    fn close_snapshots(&mut self) {
        self.log.close_snapshots();
    }

    fn release(&mut self) {
        self.log.release();
    }
}
