//! What a service implements.

use palinode_core::Timestamp;
use rusqlite::Transaction;

use crate::{Command, HandlerError, OutMessage};

/// What a service makes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The final answer: one reply to the command (success or definite failure) and any events. The reply is stored and
    /// given again whenever the same request comes again.
    Final(Vec<OutMessage>),
    /// No answer for now: nothing is stored or sent, and what the handler wrote for this command is undone. The
    /// orchestrator asks again in the same round.
    NotNow,
    /// The answer comes from later work, by [`Handler::tick`]. Repeats of the request wait for it with the first.
    Later,
}

impl Answer {
    /// A final answer of one reply and no event.
    pub fn reply(reply: OutMessage) -> Self {
        Self::Final(vec![reply])
    }
}

/// A service's business. All calls come from one thread, inside a database transaction that commits or rolls back
/// together with the answers and the outbox.
///
/// The SDK has seen to this before `handle` is called: the request was not answered before, is not waiting for a later
/// answer, and is not barred by a compensation of the same saga and step. A handler that finds a business fact of the
/// same saga already there (an earlier round did it) answers with that fact.
pub trait Handler: Send {
    /// Called once at start, for events that seed the world and for work that a crash interrupted.
    ///
    /// # Errors
    /// When the database refuses; the service does not start.
    fn on_start(&mut self, _now: Timestamp, _tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        Ok(Vec::new())
    }

    /// Does what `command` asks.
    ///
    /// # Errors
    /// [`HandlerError::Unreadable`] makes the command a dead letter; any other error has the batch tried again.
    fn handle(&mut self, command: &Command<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError>;

    /// The definite refusal, with the code [`crate::BARRED`], of a forward `command` that comes after its own
    /// compensation.
    ///
    /// # Errors
    /// As for [`Handler::handle`].
    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError>;

    /// Called after each batch and when [`Handler::next_deadline`] has come: does work that is due and gives its
    /// answers ([`crate::Composer::reply`]) and events.
    ///
    /// # Errors
    /// When the database refuses; it is called again after a pause.
    fn tick(&mut self, _now: Timestamp, _tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        Ok(Vec::new())
    }

    /// When [`Handler::tick`] has to be called at the latest; `None` when no work waits.
    fn next_deadline(&self) -> Option<Timestamp> {
        None
    }
}

/// The code of the definite refusal of a forward command that comes after its own compensation.
pub const BARRED: &str = "BARRED";
