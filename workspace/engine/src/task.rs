//! A task between its cycle and the world around it.
//!
//! It carries the cycle's actions out, in order, and tells the cycle what came of them.

use std::{collections::VecDeque, time::Duration};

use palinode_log::{Error, Outcome, PollLimits, Slot};
use palinode_store::Stores;

use crate::{
    Letter, Outside,
    cycle::{Action, Cycle, Demand, Signal, Standing},
    settings::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, REPLAY_RECORDS_MAX},
};

/// The longest that one look into the journal or the snapshots waits.
const JOURNAL_WAIT: Duration = Duration::from_millis(200);

/// One task of one process.
pub struct Task<O: Outside, St: Stores> {
    number: i32,
    cycle: Cycle<St>,
    outside: O,
}

impl<O: Outside, St: Stores> Task<O, St> {
    /// Task `number`, with its cycle idle.
    pub fn new(number: i32, cycle: Cycle<St>, outside: O) -> Self {
        Self { number, cycle, outside }
    }

    /// Runs until it is told to stop.
    pub async fn run(mut self) {
        loop {
            let mut busy = false;
            while let Some(letter) = self.outside.letter() {
                busy = true;
                if !self.take(letter).await {
                    return;
                }
            }
            busy |= self.read().await;
            self.publish();
            if !busy && !self.sleep().await {
                return;
            }
        }
    }

    /// Waits for a letter or the next deadline. False when the task is to end.
    async fn sleep(&mut self) -> bool {
        let wait = self
            .cycle
            .next_deadline()
            .map_or(O::SLEEP_MAX, |at| at.since(self.outside.now()).min(O::SLEEP_MAX));
        match self.outside.letter_within(wait).await {
            Some(letter) => self.take(letter).await,
            None => {
                self.tell(Signal::Tick).await;
                true
            }
        }
    }

    /// Takes a letter. False when the task is to end.
    async fn take(&mut self, letter: Letter) -> bool {
        match letter {
            Letter::Wake => {}
            Letter::Signal(signal) => self.tell(signal).await,
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
            Letter::Standing(answer) => match self.cycle.is_at_rest() {
                Some(is_at_rest) => answer(Some(self.standing(is_at_rest).await)),
                None => answer(None),
            },
            Letter::Stop => {
                self.tell(Signal::Stop).await;
                self.publish();
                return false;
            }
        }
        true
    }

    /// Looks where the inputs end and how far they are read.
    async fn standing(&mut self, is_at_rest: bool) -> Result<Standing, String> {
        let unknown = |error: Error| error.to_string();
        let read = self.outside.positions().await.map_err(unknown)?;
        let inputs: Vec<_> = read.iter().map(|(input, _)| input.clone()).collect();
        let ends = self.outside.ends(&inputs).await.map_err(unknown)?;
        let is_read = read.iter().zip(&ends).all(|((_, next), end)| next >= end);
        Ok(Standing {
            is_at_rest: is_at_rest && is_read,
            next_due: self.cycle.next_deadline(),
        })
    }

    /// Reads what the cycle wants to read. True when there was something.
    async fn read(&mut self) -> bool {
        let mut records = Vec::new();
        match self.cycle.demand(self.outside.now()) {
            Demand::Nothing => return false,
            Demand::Inputs => {
                let limits = PollLimits {
                    records_max: BATCH_RECORDS_MAX,
                    bytes_max: BATCH_BYTES_MAX,
                };
                match self.outside.poll(limits, &mut records).await {
                    Ok(()) if records.is_empty() => return false,
                    Ok(()) => self.tell(Signal::Records(records)).await,
                    Err(error) => self.tell(Signal::InputsFailed(error)).await,
                }
            }
            Demand::Snapshots => {
                let limits = PollLimits {
                    records_max: REPLAY_RECORDS_MAX,
                    bytes_max: BATCH_BYTES_MAX,
                };
                match self.outside.poll_snapshots(limits, JOURNAL_WAIT, &mut records).await {
                    Ok(false) if records.is_empty() => {}
                    Ok(is_end) => self.tell(Signal::Snapshots(records, is_end)).await,
                    Err(error) => self.tell(Signal::SnapshotsFailed(error)).await,
                }
            }
            Demand::Journal => {
                self.read_journal(JOURNAL_WAIT).await;
            }
            Demand::Following => return self.read_journal(Duration::ZERO).await,
        }
        true
    }

    /// Reads on in the journal. True when there was something.
    async fn read_journal(&mut self, wait: Duration) -> bool {
        let limits = PollLimits {
            records_max: REPLAY_RECORDS_MAX,
            bytes_max: BATCH_BYTES_MAX,
        };
        let mut records = Vec::new();
        match self.outside.poll_journal(limits, wait, &mut records).await {
            Ok(()) if records.is_empty() => return false,
            Ok(()) => self.tell(Signal::Journal(records)).await,
            Err(error) => self.tell(Signal::JournalFailed(error)).await,
        }
        true
    }

    /// Tells the cycle something and carries out what follows, to the end.
    async fn tell(&mut self, signal: Signal) {
        let mut actions: VecDeque<Action> = self.cycle.handle(signal, self.outside.now()).into();
        while let Some(action) = actions.pop_front() {
            if let Some(answer) = self.act(action).await {
                actions.extend(self.cycle.handle(answer, self.outside.now()));
            }
        }
    }

    async fn act(&mut self, action: Action) -> Option<Signal> {
        let outside = &mut self.outside;
        match action {
            Action::Fence => {
                for slot in Slot::ALL {
                    if let Err(error) = outside.fence(slot).await {
                        return Some(Signal::Fenced(Err(error)));
                    }
                }
                Some(Signal::Fenced(Ok(())))
            }
            Action::Transact { slot, records } => {
                let outcome = outside.commit(slot, &records).await;
                if !matches!(outcome, Outcome::Committed { .. }) {
                    tracing::warn!(task = self.number, ?slot, ?outcome, "a transaction did not stand");
                }
                Some(Signal::Ended(outcome))
            }
            Action::Definitions => Some(Signal::Definitions(outside.definitions().await)),
            Action::JournalBounds => Some(Signal::JournalBounds(outside.journal_bounds().await)),
            Action::OpenJournal { from } => outside.open_journal(from).await.err().map(Signal::JournalFailed),
            Action::CloseJournal => {
                outside.close_journal();
                None
            }
            Action::OpenSnapshots => Some(Signal::SnapshotBounds(outside.open_snapshots().await)),
            Action::CloseSnapshots => {
                outside.close_snapshots();
                None
            }
            Action::Starts(inputs) => {
                let starts = outside.starts(&inputs).await;
                Some(Signal::Starts(
                    starts.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Assign(positions) => outside.assign(&positions).await.err().map(Signal::InputsFailed),
            Action::SetPaused(inputs, paused) => outside
                .set_paused(&inputs, paused)
                .await
                .err()
                .map(Signal::InputsFailed),
            Action::Ends(inputs) => {
                let ends = outside.ends(&inputs).await;
                Some(Signal::Ends(
                    ends.map(|offsets| inputs.into_iter().zip(offsets).collect()),
                ))
            }
            Action::Positions => Some(Signal::Positions(outside.positions().await)),
            Action::LookUp(schema) => {
                outside.look_up(schema);
                None
            }
            Action::Release => {
                outside.release();
                None
            }
        }
    }

    fn publish(&mut self) {
        self.outside.publish(self.cycle.status());
    }
}
