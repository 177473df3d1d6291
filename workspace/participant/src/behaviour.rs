//! Behaviour that can be switched at run time, to rehearse failures: in tests, in the demo, in a game day.

use std::{sync::Arc, time::Duration};

use palinode_core::Timestamp;
use parking_lot::Mutex;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use crate::{Answer, Command, Handler, HandlerError, OutMessage};

/// How a service behaves. All off is normal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Commands are read and get no answer, as if the service were not there.
    pub down: bool,
    /// Answers are given this many milliseconds after the work was done.
    pub slow_millis: u64,
    /// What the service depends on does not answer: it refuses for now (payment: `BANK_UNAVAILABLE`).
    pub unavailable: bool,
}

/// The switch of a service's behaviour. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Switches {
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Switches {
    /// How the service behaves.
    pub fn behaviour(&self) -> Behaviour {
        *self.behaviour.lock()
    }

    /// Switches the behaviour.
    pub fn set(&self, behaviour: Behaviour) {
        *self.behaviour.lock() = behaviour;
    }
}

/// A handler under a switch: down, it answers nothing; slow, its answers are kept in the database until they are due.
#[derive(Debug)]
pub struct Switched<H> {
    handler: H,
    switches: Switches,
    next_due: Option<Timestamp>,
}

impl<H> Switched<H> {
    /// `handler` under `switches`.
    pub fn new(handler: H, switches: Switches) -> Self {
        Self {
            handler,
            switches,
            next_due: None,
        }
    }
}

impl<H: Handler> Handler for Switched<H> {
    fn on_start(&mut self, now: Timestamp, tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        self.next_due = next_due(tx)?;
        self.handler.on_start(now, tx)
    }

    fn handle(&mut self, command: &Command<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        let behaviour = self.switches.behaviour();
        if behaviour.down {
            return Ok(Answer::NotNow);
        }
        match self.handler.handle(command, now, tx)? {
            Answer::Final(messages) if behaviour.slow_millis > 0 => {
                let due = now.plus(Duration::from_millis(behaviour.slow_millis));
                for message in messages {
                    tx.prepare_cached("INSERT INTO palinode_delayed (due, message) VALUES (?1, ?2)")?
                        .execute((due.0, message.to_bytes()))?;
                }
                Ok(Answer::Later)
            }
            answer => Ok(answer),
        }
    }

    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError> {
        self.handler.barred(command)
    }

    fn tick(&mut self, now: Timestamp, tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        let mut messages = self.handler.tick(now, tx)?;
        let mut statement =
            tx.prepare_cached("SELECT message FROM palinode_delayed WHERE due <= ?1 ORDER BY due, number")?;
        for bytes in statement.query_map([now.0], |row| row.get::<_, Vec<u8>>(0))? {
            messages.extend(OutMessage::from_bytes(&bytes?));
        }
        tx.prepare_cached("DELETE FROM palinode_delayed WHERE due <= ?1")?
            .execute([now.0])?;
        self.next_due = next_due(tx)?;
        Ok(messages)
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        [self.next_due, self.handler.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }
}

fn next_due(tx: &Transaction<'_>) -> rusqlite::Result<Option<Timestamp>> {
    let due: Option<i64> = tx
        .prepare_cached("SELECT min(due) FROM palinode_delayed")?
        .query_row((), |row| row.get(0))?;
    Ok(due.map(Timestamp))
}
