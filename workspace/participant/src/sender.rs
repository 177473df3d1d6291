//! The thread that publishes the outbox.

use std::{
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tracing::{info, warn};

use crate::{
    Database, Error, KafkaSettings, Outbox, Stop, measures,
    producer::{LAST_WORDS, Producer},
};

/// Publishes the outbox of a database, in order, and takes out what the broker acknowledged. It is awake as soon as a
/// transaction commits. A crash between the two sends a message again, under the same id.
pub struct Sender {
    database: Database,
    producer: Producer,
    service: String,
}

impl Sender {
    /// The sender of `database` for the service `service`.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn new(service: impl Into<String>, database: Database, kafka: &KafkaSettings) -> Result<Self, Error> {
        Ok(Self {
            database,
            producer: Producer::new(kafka)?,
            service: service.into(),
        })
    }

    /// Starts a thread that publishes until `stop`, and then what is left, for a short time.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn spawn(self, stop: Stop) -> Result<JoinHandle<()>, Error> {
        let name = format!("{}-outbox", self.service);
        thread::Builder::new()
            .name(name.clone())
            .spawn(move || self.run(&stop))
            .map_err(|source| Error::Thread { name, source })
    }

    fn run(mut self, stop: &Stop) {
        let mut pause = PAUSE_MIN;
        while !stop.is_requested() {
            match self.step(stop) {
                Ok(0) => self.database.changed().wait(LOOK_EVERY),
                Ok(_) => pause = PAUSE_MIN,
                Err(error) => {
                    warn!(service = self.service, error = %chain(&error), "the outbox waits");
                    stop.wait(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
        let until = Instant::now() + LAST_WORDS;
        while Instant::now() < until && matches!(self.step(stop), Ok(1..)) {}
        info!(service = self.service, "the outbox has stopped");
    }

    /// Publishes the first messages that wait and takes out what was acknowledged; gives how many. After `stop` it waits
    /// for the broker no longer than a moment.
    ///
    /// # Errors
    /// When the database refuses, or the broker did not take the first of them.
    pub fn step(&mut self, stop: &Stop) -> Result<usize, Error> {
        let waiting = self
            .database
            .read(|connection| Outbox::waiting(connection, RUN_RECORDS_MAX, RUN_BYTES_MAX))
            .map_err(|source| self.database.error(source))?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let (acknowledged, error) = self.producer.publish(&waiting, stop);
        let last = acknowledged
            .checked_sub(1)
            .and_then(|index| waiting.get(index))
            .map(|(place, _)| *place);
        if let Some(last) = last {
            self.database
                .quiet_transaction(|tx| Outbox::delete(tx, last))
                .map_err(|source| self.database.error(source))?;
            metrics::counter!(measures::PUBLISHED, "service" => self.service.clone())
                .increment(u64::try_from(acknowledged).unwrap_or(u64::MAX));
        }
        let depth = u32::try_from(waiting.len() - acknowledged).unwrap_or(u32::MAX);
        metrics::gauge!(measures::OUTBOX_DEPTH, "service" => self.service.clone()).set(depth);
        match error {
            Some(error) => Err(error),
            None => Ok(acknowledged),
        }
    }
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Messages in one run: enough to fill the broker's pipe, few enough to take out often.
const RUN_RECORDS_MAX: usize = 1_000;

/// Bytes in one run, far below the client's queue of 1 GiB.
const RUN_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A commit wakes the sender; this only finds what another process or a crash left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Between attempts while the broker refuses: short at first, then a pace that a log can bear.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(5);
