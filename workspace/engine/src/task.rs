//! The thread of one task: the only place where a task blocks.
//!
//! It carries the cycle's actions out, in order, and tells the cycle what came of them. It waits by wake-up: for a
//! letter in its mailbox, for records, or for the cycle's next deadline.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::Duration,
};

use palinode_core::{Saga, SagaId, SchemaId};
use palinode_log::{Log, Outcome, PollLimits, Slot, TaskLog};
use palinode_store::Stores;

use crate::{
    Clock, Library,
    cycle::{Action, Cycle, Demand, Signal, Standing, Status},
    settings::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, REPLAY_RECORDS_MAX},
};

/// Letters that may wait in a task's mailbox. Wake-ups are coalesced to one, so this bounds queries and look-ups.
pub(crate) const MAILBOX_LETTERS_MAX: usize = 256;

/// The longest that a task sleeps when nothing is to be done, so that its status is never older than this.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// The longest that one look into the journal waits during a replay.
const JOURNAL_WAIT: Duration = Duration::from_millis(200);

/// Something for a task.
pub(crate) enum Letter {
    /// Records can be polled.
    Wake,
    /// Membership or the registry has something to say.
    Signal(Signal),
    /// Somebody asks for a saga.
    Saga(SagaId, Answer<Option<Saga>>),
    /// Somebody asks for open sagas.
    OpenSagas {
        after: Option<SagaId>,
        limit: usize,
        answer: Answer<Vec<(SagaId, Saga)>>,
    },
    /// Somebody asks whether anything is left to do.
    Standing(Answer<Standing>),
    /// The process ends.
    Stop,
}

/// Takes an answer: none when the task does not run here, a text when the store failed.
pub(crate) type Answer<T> = Box<dyn FnOnce(Option<Result<T, String>>) + Send>;

/// Asks the registry for a schema; the answer comes as a letter.
pub(crate) type LookUp = Arc<dyn Fn(i32, SchemaId) + Send + Sync>;

/// The thread's belongings.
pub(crate) struct Task<L: Log, St: Stores> {
    pub(crate) number: i32,
    pub(crate) clock: Clock,
    pub(crate) cycle: Cycle<St>,
    pub(crate) log: L::Task,
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

impl<L: Log, St: Stores> Task<L, St> {
    /// Runs until it is told to stop.
    pub(crate) fn run(mut self) {
        loop {
            let mut busy = false;
            while let Ok(letter) = self.mailbox.try_recv() {
                busy = true;
                if !self.take(letter) {
                    return;
                }
            }
            busy |= self.read();
            self.publish();
            if !busy && !self.sleep() {
                return;
            }
        }
    }

    /// Waits for a letter or the next deadline. False when the task is to end.
    fn sleep(&mut self) -> bool {
        let wait = self
            .cycle
            .next_deadline()
            .map_or(SLEEP_MAX, |at| at.since(self.clock.now()).min(SLEEP_MAX));
        match self.mailbox.recv_timeout(wait) {
            Ok(letter) => self.take(letter),
            Err(RecvTimeoutError::Timeout) => {
                self.tell(Signal::Tick);
                true
            }
            Err(RecvTimeoutError::Disconnected) => self.take(Letter::Stop),
        }
    }

    /// Takes a letter. False when the task is to end.
    fn take(&mut self, letter: Letter) -> bool {
        match letter {
            Letter::Wake => self.woken.store(false, Ordering::Release),
            Letter::Signal(signal) => self.tell(signal),
            Letter::Saga(id, answer) => {
                answer(
                    self.cycle
                        .saga(&id)
                        .map(|result| result.map_err(|error| error.to_string())),
                );
            }
            Letter::OpenSagas { after, limit, answer } => {
                let found = self.cycle.open_sagas(after.as_ref(), limit);
                answer(found.map(|result| result.map_err(|error| error.to_string())));
            }
            Letter::Standing(answer) => {
                let is_at_rest = self.cycle.is_at_rest();
                answer(is_at_rest.map(|is_at_rest| self.standing(is_at_rest)));
            }
            Letter::Stop => {
                self.tell(Signal::Stop);
                self.publish();
                return false;
            }
        }
        true
    }

    /// Looks where the inputs end and how far they are read.
    fn standing(&mut self, is_at_rest: bool) -> Result<Standing, String> {
        let unknown = |error: palinode_log::Error| error.to_string();
        let read = self.log.positions().map_err(unknown)?;
        let inputs: Vec<_> = read.iter().map(|(input, _)| input.clone()).collect();
        let ends = self.log.ends(&inputs).map_err(unknown)?;
        let is_read = read.iter().zip(&ends).all(|((_, next), end)| next >= end);
        Ok(Standing {
            is_at_rest: is_at_rest && is_read,
            next_due: self.cycle.next_deadline(),
        })
    }

    /// Reads what the cycle wants to read. True when there was something.
    fn read(&mut self) -> bool {
        let mut records = Vec::new();
        match self.cycle.demand(self.clock.now()) {
            Demand::Nothing => return false,
            Demand::Inputs => {
                let limits = PollLimits {
                    records_max: BATCH_RECORDS_MAX,
                    bytes_max: BATCH_BYTES_MAX,
                };
                match self.log.poll(limits, Duration::ZERO, &mut records) {
                    Ok(()) if records.is_empty() => return false,
                    Ok(()) => self.tell(Signal::Records(records)),
                    Err(error) => self.tell(Signal::InputsFailed(error)),
                }
            }
            Demand::Journal => {
                let limits = PollLimits {
                    records_max: REPLAY_RECORDS_MAX,
                    bytes_max: BATCH_BYTES_MAX,
                };
                match self.log.poll_journal(limits, JOURNAL_WAIT, &mut records) {
                    Ok(()) if records.is_empty() => {}
                    Ok(()) => self.tell(Signal::Journal(records)),
                    Err(error) => self.tell(Signal::JournalFailed(error)),
                }
            }
        }
        true
    }

    /// Tells the cycle something and carries out what follows, to the end.
    fn tell(&mut self, signal: Signal) {
        let mut actions: VecDeque<Action> = self.cycle.handle(signal, self.clock.now()).into();
        while let Some(action) = actions.pop_front() {
            if let Some(answer) = self.act(action) {
                actions.extend(self.cycle.handle(answer, self.clock.now()));
            }
        }
    }

    fn act(&mut self, action: Action) -> Option<Signal> {
        match action {
            Action::Fence => {
                let fenced = Slot::ALL.iter().try_for_each(|slot| self.log.fence(*slot));
                Some(Signal::Fenced(fenced))
            }
            Action::Transact { slot, records } => {
                let outcome = self.log.commit(slot, &records);
                if !matches!(outcome, Outcome::Committed { .. }) {
                    tracing::warn!(task = self.number, ?slot, ?outcome, "a transaction did not stand");
                }
                Some(Signal::Ended(outcome))
            }
            Action::Definitions => Some(Signal::Definitions(self.library.current())),
            Action::JournalBounds => Some(Signal::JournalBounds(self.log.journal_bounds())),
            Action::OpenJournal { from } => self.log.open_journal(from).err().map(Signal::JournalFailed),
            Action::CloseJournal => {
                self.log.close_journal();
                None
            }
            Action::Starts(inputs) => {
                let starts = self.log.starts(&inputs);
                Some(Signal::Starts(
                    starts.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Assign(positions) => self.log.assign(&positions).err().map(Signal::InputsFailed),
            Action::SetPaused(inputs, paused) => self.log.set_paused(&inputs, paused).err().map(Signal::InputsFailed),
            Action::Ends(inputs) => {
                let ends = self.log.ends(&inputs);
                Some(Signal::Ends(
                    ends.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Positions => Some(Signal::Positions(self.log.positions())),
            Action::LookUp(schema) => {
                (self.look_up)(self.number, schema);
                None
            }
            Action::Release => {
                self.log.release();
                None
            }
        }
    }

    fn publish(&self) {
        let status = self.cycle.status();
        let mut shown = self.status.lock();
        if *shown != status {
            *shown = status;
        }
    }
}
