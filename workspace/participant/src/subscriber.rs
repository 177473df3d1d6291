//! The loop of a service that listens to events.

use rdkafka::consumer::CommitMode;
use tracing::{info, warn};

use crate::{
    Codec, Database, Error, EventHandler, Incoming, Listening, ServiceSettings, Stop,
    consumer::Consumer,
    listening::Heard,
    measures, now,
    participant::{PAUSE_MAX, PAUSE_MIN, POLL_WAIT_MAX},
    sender::chain,
};

/// A service, or a part of one, that reads event topics. It publishes nothing itself: run a [`crate::Sender`] on the
/// same database when its handler puts messages into the outbox.
pub struct Subscriber<H> {
    settings: ServiceSettings,
    database: Database,
    listening: Listening<H>,
}

impl<H: EventHandler> Subscriber<H> {
    /// Reads the topics of `settings` for `handler`, whose data and memory are in `database`.
    pub fn new(settings: ServiceSettings, database: Database, codec: Codec, handler: H) -> Self {
        Self {
            settings,
            database,
            listening: Listening::new(codec, handler),
        }
    }

    /// Works until `stop`; blocks the thread.
    ///
    /// # Errors
    /// When the service cannot start, or another instance of it took its place in the group.
    pub fn run(mut self, stop: &Stop) -> Result<(), Error> {
        let consumer = Consumer::new(&self.settings)?;
        info!(service = self.settings.name, topics = ?self.settings.topics, "the service listens");
        let mut last: Vec<Incoming> = Vec::new();
        while !stop.is_requested() {
            let batch = consumer.poll(POLL_WAIT_MAX)?;
            if batch.is_empty() {
                continue;
            }
            if !self.process(&batch, stop) {
                break;
            }
            consumer.commit(&batch, CommitMode::Async);
            last = batch;
        }
        if !last.is_empty() {
            consumer.commit(&last, CommitMode::Sync);
        }
        Ok(())
    }

    /// Takes the batch, as often as it takes; whether it was taken before `stop`.
    fn process(&mut self, batch: &[Incoming], stop: &Stop) -> bool {
        let mut pause = PAUSE_MIN;
        loop {
            match self.listening.process(&self.database, batch, now()) {
                Ok(heard) => {
                    self.count(heard);
                    return true;
                }
                Err(error) => {
                    warn!(service = self.settings.name, code = error.code(), error = %chain(&error), "the batch waits");
                    metrics::counter!(measures::BATCH_RETRIES, "service" => self.settings.name.clone()).increment(1);
                    if stop.wait(pause) {
                        return false;
                    }
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    fn count(&self, heard: Heard) {
        let counts = [
            (measures::EVENTS, heard.events),
            (measures::DUPLICATES, heard.duplicates),
            (measures::DEAD_LETTERS, heard.unreadable),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            metrics::counter!(name, "service" => self.settings.name.clone()).increment(count);
        }
    }
}
