//! The loop of a service that listens to events.

use tracing::info;

use crate::{
    Codec, Database, Error, EventHandler, Listening, Readiness, Record, ServiceSettings, Stop, consumer::Consumer,
    insist::insist, listening::Heard, measures, now, participant::POLL_WAIT_MAX, readiness::Writes,
};

/// A service, or a part of one, that reads event topics. It publishes nothing itself: run a [`crate::Sender`] on the
/// same database when its handler puts messages into the outbox.
pub struct Subscriber<H> {
    settings: ServiceSettings,
    database: Database,
    listening: Listening<H>,
    codec: Codec,
    writes: Writes,
    readiness: Readiness,
}

impl<H: EventHandler> Subscriber<H> {
    /// Reads the topics of `settings` for `handler`, whose data and memory are in `database`.
    pub fn new(settings: ServiceSettings, database: Database, codec: Codec, handler: H) -> Self {
        Self {
            settings,
            database,
            listening: Listening::new(codec.clone(), handler),
            codec,
            writes: Writes::default(),
            readiness: Readiness::default(),
        }
    }

    /// The same, which registers the schema of `T` before it begins: its service writes it.
    #[must_use]
    pub fn writes<T: Record>(mut self) -> Self {
        self.writes.add::<T>();
        self
    }

    /// Whether it is ready.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Works until `stop`; blocks the thread. Brokers and a registry that are away are waited for.
    ///
    /// # Errors
    /// When the service cannot start, or another instance of it took its place in the group.
    pub fn run(mut self, stop: &Stop) -> Result<(), Error> {
        let begun = self.writes.begin(&self.settings, &self.codec, &self.readiness, stop)?;
        let Some(_watch) = begun else { return Ok(()) };
        let mut consumer = Consumer::new(&self.settings)?;
        info!(service = self.settings.name, topics = ?self.settings.topics, "the service listens");
        while !stop.is_requested() {
            let batch = consumer.poll(POLL_WAIT_MAX)?;
            if !batch.is_empty() {
                let (name, outages) = (&self.settings.name, self.readiness.outages());
                let Some(heard) = insist(name, stop, outages, || {
                    self.listening.process(&self.database, &batch, now())
                }) else {
                    break;
                };
                self.count(heard);
            }
            consumer.done(&batch);
        }
        consumer.close();
        Ok(())
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
