//! The service's one SQLite database.

use std::{path::Path, sync::Arc, time::Duration};

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};

use crate::{Error, wake::Wake};

/// What a committed transaction survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Durability {
    /// A power failure: each commit waits for the disk.
    #[default]
    PowerLoss,
    /// The end of the process, `kill -9` too, but not of the machine.
    ProcessEnd,
}

/// A database with one connection. Clones share it; whoever uses it waits for the others.
#[derive(Clone, Debug)]
pub struct Database {
    connection: Arc<Mutex<Connection>>,
    path: Arc<str>,
    changed: Wake,
}

impl Database {
    /// Opens the database at `path`, made when it is not there, with the SDK's tables.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, Error> {
        let name: Arc<str> = path.display().to_string().into();
        Connection::open(path)
            .and_then(|connection| Self::prepare(connection, durability, Arc::clone(&name)))
            .map_err(|source| Error::Database {
                path: name.to_string(),
                source,
            })
    }

    /// The database at `path`, or one in memory when there is no path.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database.
    pub fn of(path: Option<&Path>, durability: Durability) -> Result<Self, Error> {
        path.map_or_else(Self::in_memory, |path| Self::open(path, durability))
    }

    /// A database that lives as long as the process, for tests and for measuring.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        let name: Arc<str> = ":memory:".into();
        Connection::open_in_memory()
            .and_then(|connection| Self::prepare(connection, Durability::ProcessEnd, Arc::clone(&name)))
            .map_err(|source| Error::Database {
                path: name.to_string(),
                source,
            })
    }

    fn prepare(connection: Connection, durability: Durability, path: Arc<str>) -> rusqlite::Result<Self> {
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = match durability {
            Durability::PowerLoss => "FULL",
            Durability::ProcessEnd => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.execute_batch(TABLES)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path,
            changed: Wake::default(),
        })
    }

    /// Runs `work` in one transaction: committed when it gives `Ok`, rolled back otherwise. Wakes the sender of the
    /// outbox after the commit.
    ///
    /// # Errors
    /// What `work` gives, or the database's refusal.
    pub fn transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.quiet_transaction(work)?;
        self.changed.notify();
        Ok(result)
    }

    /// Like [`Database::transaction`], without waking the sender.
    pub(crate) fn quiet_transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&tx)?;
        tx.commit()?;
        Ok(result)
    }

    /// Runs `work` on the connection, for reading.
    ///
    /// # Errors
    /// What `work` gives.
    pub fn read<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        work(&self.connection.lock())
    }

    /// Where the database lives, for messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The error of this database with the cause `source`.
    pub fn error(&self, source: rusqlite::Error) -> Error {
        Error::Database {
            path: self.path.to_string(),
            source,
        }
    }

    pub(crate) fn changed(&self) -> &Wake {
        &self.changed
    }
}

/// How long another process may hold the file, for example the one that is being replaced.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Prepared statements that are kept: more than the SDK and a service have together.
const STATEMENTS_KEPT: usize = 128;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS palinode_outbox (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, key BLOB, value BLOB, headers BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS palinode_answers (
        number INTEGER PRIMARY KEY, request TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        topic TEXT, key BLOB, value BLOB, headers BLOB);
    CREATE TABLE IF NOT EXISTS palinode_bars (
        number INTEGER PRIMARY KEY, step TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS palinode_seen (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS palinode_delayed (number INTEGER PRIMARY KEY, due INTEGER NOT NULL, message BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS palinode_delayed_due ON palinode_delayed (due);
";
