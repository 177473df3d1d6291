//! One batch of commands, from records to answers: the participant without Kafka.

use std::time::Duration;

use palinode_core::{IdempotencyKey, Purpose, Timestamp};
use palinode_wire::dead_letter::ErrorCode;
use rusqlite::Transaction;
use tracing::{debug, info_span, warn};

use crate::{
    Answer, Codec, Command, Composer, Database, Error, Handler, HandlerError, Incoming, OutMessage, Outbox,
    answers::{self, Known},
    bars, dead_letter, headers,
};

/// Handles commands for one [`Handler`]: deduplication, bars, stored answers, dead letters, outbox. It does not read
/// topics and does not publish.
#[derive(Debug)]
pub struct Desk<H> {
    handler: H,
    composer: Composer,
    forgotten_at: Timestamp,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Processed {
    /// Records that were read.
    pub commands: u64,
    /// Final answers that were put into the outbox, repeated ones and those of later work too.
    pub replies: u64,
    /// Requests that had come before.
    pub duplicates: u64,
    /// Commands that got no answer for now.
    pub not_now: u64,
    /// Commands that were refused because their step had been compensated.
    pub barred: u64,
    /// Records that became dead letters.
    pub dead_letters: u64,
}

impl<H: Handler> Desk<H> {
    /// The desk of `handler`, whose messages `composer` makes.
    pub fn new(composer: Composer, handler: H) -> Self {
        Self {
            handler,
            composer,
            forgotten_at: Timestamp::default(),
        }
    }

    /// Reads and writes Avro.
    pub(crate) fn codec(&self) -> &Codec {
        self.composer.codec()
    }

    /// Calls [`Handler::on_start`].
    ///
    /// # Errors
    /// When the handler or the database refuses.
    pub fn start(&mut self, database: &Database, now: Timestamp) -> Result<(), Error> {
        let failed = |source| Error::Handler {
            what: "the start",
            source,
        };
        database
            .transaction(|tx| {
                let messages = self.handler.on_start(now, tx)?;
                publish(tx, &messages, now, &mut Processed::default())
            })
            .map_err(failed)
    }

    /// Handles `records` and what is due, in one transaction. After an error nothing of the batch has happened, and it
    /// can be handed in again.
    ///
    /// # Errors
    /// When the database refuses or a schema is not at hand.
    pub fn process(&mut self, database: &Database, records: &[Incoming], now: Timestamp) -> Result<Processed, Error> {
        let failed = |source| Error::Handler {
            what: "a batch of commands",
            source,
        };
        let mut processed = Processed::default();
        database
            .transaction(|tx| {
                for incoming in records {
                    processed.commands += 1;
                    self.one(incoming, now, tx, &mut processed)?;
                }
                let messages = self.handler.tick(now, tx)?;
                publish(tx, &messages, now, &mut processed)?;
                self.forget(now, tx)?;
                Ok(())
            })
            .map_err(failed)?;
        Ok(processed)
    }

    /// When [`Desk::process`] has to be called at the latest, with or without records.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.handler.next_deadline()
    }

    fn one(
        &mut self,
        incoming: &Incoming,
        now: Timestamp,
        tx: &Transaction<'_>,
        processed: &mut Processed,
    ) -> Result<(), HandlerError> {
        let span = info_span!(
            "command",
            correlation_id = incoming.correlation_id(),
            position = incoming.position()
        );
        let _entered = span.enter();
        let (composer, text) = (self.composer.clone(), incoming.header(headers::IDEMPOTENCY_KEY));
        let Some(idempotency_key) = text.and_then(IdempotencyKey::parse) else {
            return refuse(
                incoming,
                ErrorCode::IdempotencyKeyMissing,
                "it has no idempotency key of five parts",
                tx,
                processed,
            );
        };
        let record = match incoming.record(composer.codec()) {
            Ok(record) => record,
            Err(error) => {
                return match error.dead_letter_code() {
                    Some(code) => refuse(incoming, code, &error.to_string(), tx, processed),
                    None => Err(error.into()),
                };
            }
        };
        let command = Command {
            record,
            idempotency_key,
            now,
            incoming,
            composer: &composer,
        };
        tx.prepare_cached("SAVEPOINT command")?.execute(())?;
        match self.answer(&command, now, tx, processed) {
            Err(HandlerError::Unreadable { reason }) => {
                roll_back(tx)?;
                refuse(incoming, ErrorCode::CommandUnreadable, &reason, tx, processed)
            }
            Err(error) => Err(error),
            Ok(()) => {
                tx.prepare_cached("RELEASE command")?.execute(())?;
                debug!(record = command.record.as_str(), request = %command.idempotency_key, "a command was handled");
                Ok(())
            }
        }
    }

    fn answer(
        &mut self,
        command: &Command<'_>,
        now: Timestamp,
        tx: &Transaction<'_>,
        processed: &mut Processed,
    ) -> Result<(), HandlerError> {
        let request = command.idempotency_key.to_string();
        let known = answers::find(tx, &request)?;
        if let Some(Known::Answered(number)) = known {
            processed.duplicates += 1;
            processed.replies += 1;
            return Ok(answers::repeat(tx, number)?);
        }
        match command.purpose() {
            Purpose::Forward if bars::is_barred(tx, &command.idempotency_key)? => {
                processed.barred += 1;
                processed.replies += 1;
                let refusal = self.handler.barred(command)?;
                return answers::answer(tx, &request, &refusal, now);
            }
            Purpose::Forward => {}
            Purpose::Compensation => bars::bar(tx, &command.idempotency_key, now)?,
        }
        if known == Some(Known::Waiting) {
            processed.duplicates += 1;
            return Ok(());
        }
        match self.handler.handle(command, now, tx)? {
            Answer::Final(messages) => publish(tx, &messages, now, processed),
            Answer::Later => Ok(answers::wait(tx, &request, now)?),
            Answer::NotNow => {
                processed.not_now += 1;
                roll_back(tx)
            }
        }
    }

    fn forget(&mut self, now: Timestamp, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        if now.since(self.forgotten_at) < FORGET_EVERY {
            return Ok(());
        }
        let before = Timestamp(
            now.0
                .saturating_sub(i64::try_from(KEPT_FOR.as_millis()).unwrap_or(i64::MAX)),
        );
        answers::forget(tx, before)?;
        bars::forget(tx, before)?;
        self.forgotten_at = now;
        Ok(())
    }
}

/// Undoes what was written since the savepoint; the savepoint stays.
fn roll_back(tx: &Transaction<'_>) -> Result<(), HandlerError> {
    tx.prepare_cached("ROLLBACK TO command")?.execute(())?;
    Ok(())
}

/// Keeps the answers among `messages` and puts all of them into the outbox, in order.
fn publish(
    tx: &Transaction<'_>,
    messages: &[OutMessage],
    now: Timestamp,
    processed: &mut Processed,
) -> Result<(), HandlerError> {
    for message in messages {
        match &message.answers {
            Some(request) => {
                processed.replies += 1;
                answers::answer(tx, request, message, now)?;
            }
            None => Outbox::put(tx, message)?,
        }
    }
    Ok(())
}

/// Makes a record that can never be handled a dead letter.
fn refuse(
    incoming: &Incoming,
    code: ErrorCode,
    reason: &str,
    tx: &Transaction<'_>,
    processed: &mut Processed,
) -> Result<(), HandlerError> {
    warn!(
        code = code.as_str(),
        reason, "a record cannot be handled and becomes a dead letter"
    );
    processed.dead_letters += 1;
    Outbox::put(tx, &dead_letter::dead_letter(incoming, code, reason))
}

/// How long answers and bars are kept: longer than any saga of the shop stays open and any command topic keeps its
/// records, so that no repeat can come after it.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often old answers are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(60);
