//! The loop of a service that takes part in sagas.

use std::time::Duration;

use tracing::{info, warn};

use crate::{
    Composer, Database, Desk, Error, Handler, Processed, Readiness, Record, Sender, ServiceSettings, Stop, Timestamp,
    consumer::Consumer, insist::insist, measures, now, readiness::Writes,
};

/// A service: reads commands, has its [`Handler`] answer them, publishes the answers.
///
/// For each batch: one database transaction with the handler's data, the final answers and the outbox; then the
/// offsets. The sender publishes on a thread of its own: what is in the outbox is safe, so offsets need not wait for it.
pub struct Participant<H> {
    settings: ServiceSettings,
    database: Database,
    desk: Desk<H>,
    writes: Writes,
    readiness: Readiness,
}

impl<H: Handler> Participant<H> {
    /// The service `settings` with the data in `database`, whose business is `handler`.
    pub fn new(settings: ServiceSettings, database: Database, composer: Composer, handler: H) -> Self {
        Self {
            settings,
            database,
            desk: Desk::new(composer, handler),
            writes: Writes::default(),
            readiness: Readiness::default(),
        }
    }

    /// The same, which registers the schema of `T` before it begins.
    #[must_use]
    pub fn writes<T: Record>(mut self) -> Self {
        self.writes.add::<T>();
        self
    }

    /// Whether it is ready.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// The name of the service.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Works until `stop`; blocks the thread. Brokers and a registry that are away are waited for.
    ///
    /// # Errors
    /// When the service cannot start, or another instance of it took its place in the group.
    pub fn run(mut self, stop: &Stop) -> Result<(), Error> {
        let name = self.settings.name.clone();
        let codec = self.desk.codec().clone();
        let Some(_watch) = self.writes.begin(&self.settings, &codec, &self.readiness, stop)? else {
            return Ok(());
        };
        self.desk.start(&self.database, now())?;
        let sender_stop = Stop::new();
        let sender = Sender::new(&name, self.database.clone(), &self.settings.kafka)?.spawn(sender_stop.clone())?;
        let mut consumer = Consumer::new(&self.settings)?;
        info!(service = name, topics = ?self.settings.topics, "the service takes commands");
        let result = self.take(&mut consumer, stop);
        sender_stop.request();
        self.database.changed().notify();
        if sender.join().is_err() {
            warn!(
                service = name,
                "the outbox's thread broke; what it left is sent at the next start"
            );
        }
        info!(service = name, "the service has stopped");
        result
    }

    fn take(&mut self, consumer: &mut Consumer, stop: &Stop) -> Result<(), Error> {
        while !stop.is_requested() {
            let batch = consumer.poll(self.wait(now()))?;
            let due = self.desk.next_deadline().is_some_and(|deadline| deadline <= now());
            if !batch.is_empty() || due {
                let (name, outages) = (&self.settings.name, self.readiness.outages());
                let Some(processed) = insist(name, stop, outages, || self.desk.process(&self.database, &batch, now()))
                else {
                    break;
                };
                self.count(processed);
            }
            consumer.done(&batch);
        }
        consumer.close();
        Ok(())
    }

    fn wait(&self, now: Timestamp) -> Duration {
        self.desk
            .next_deadline()
            .map_or(POLL_WAIT_MAX, |deadline| deadline.since(now).min(POLL_WAIT_MAX))
    }

    fn count(&self, processed: Processed) {
        let counts = [
            (measures::COMMANDS, processed.commands),
            (measures::REPLIES, processed.replies),
            (measures::DUPLICATES, processed.duplicates),
            (measures::NOT_NOW, processed.not_now),
            (measures::BARRED_COMMANDS, processed.barred),
            (measures::DEAD_LETTERS, processed.dead_letters),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            metrics::counter!(name, "service" => self.settings.name.clone()).increment(count);
        }
    }
}

/// How long a stop, or a deadline that a handler brought forward, may go unseen.
pub(crate) const POLL_WAIT_MAX: Duration = Duration::from_millis(100);
