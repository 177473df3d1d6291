//! For the tests of services: a handler at work without Kafka and without a clock.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use palinode_core::{IdempotencyKey, Timestamp};

use crate::{
    Codec, Composer, Database, Desk, Error, Handler, Incoming, LocalSchemas, OutMessage, Outbox, Processed, Record,
    headers,
};

/// A handler with a database in memory and a registry of its own. What goes wrong is an error of the test.
pub struct Rig<H> {
    /// The handler's database.
    pub database: Database,
    /// The time that the next batch sees.
    pub now: Timestamp,
    composer: Composer,
    desk: Desk<H>,
}

impl<H: Handler> Rig<H> {
    /// Puts the handler that `make` gives to work, and starts it.
    ///
    /// # Errors
    /// When the handler or the database refuses.
    pub fn new(make: impl FnOnce(&Composer, &Database) -> Result<H, Error>) -> Result<Self, Error> {
        let (database, now) = (Database::in_memory()?, Timestamp(1_700_000_000_000));
        let composer = Composer::new("test", Codec::new(Arc::new(LocalSchemas::default())));
        let mut desk = Desk::new(composer.clone(), make(&composer, &database)?);
        desk.start(&database, now)?;
        Ok(Self {
            database,
            now,
            composer,
            desk,
        })
    }

    /// Makes the handler's messages.
    pub fn composer(&self) -> &Composer {
        &self.composer
    }

    /// The command `value` under the idempotency key `key`, as the orchestrator sends it.
    ///
    /// # Errors
    /// When the value does not fit its schema.
    pub fn command<T: Record>(&self, key: &str, value: &T) -> Result<Incoming, Error> {
        command(&self.composer, key, value)
    }

    /// Hands `records` in and gives what is published because of them and of work that is due.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn hand_in(&mut self, records: &[Incoming]) -> Result<(Processed, Vec<OutMessage>), Error> {
        let processed = self.desk.process(&self.database, records, self.now)?;
        Ok((processed, self.published()?))
    }

    /// Hands the command `value` in and gives what is published because of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn ask<T: Record>(&mut self, key: &str, value: &T) -> Result<Vec<OutMessage>, Error> {
        let record = self.command(key, value)?;
        Ok(self.hand_in(&[record])?.1)
    }

    /// Empties the outbox.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn published(&self) -> Result<Vec<OutMessage>, Error> {
        let taken = self.database.transaction(|tx| {
            let waiting = Outbox::waiting(tx, usize::MAX, usize::MAX)?;
            Outbox::delete(tx, i64::MAX)?;
            Ok::<_, rusqlite::Error>(waiting.into_iter().map(|(_, message)| message).collect())
        });
        taken.map_err(|source| self.database.error(source))
    }

    /// When the handler wants to be called again.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.desk.next_deadline()
    }

    /// The content of a published message; `None` when it is another record.
    pub fn read<T: Record>(&self, message: &OutMessage) -> Option<T> {
        read(self.composer.codec(), message)
    }
}

/// The command `value` under the idempotency key `key`, as the orchestrator sends it.
///
/// # Errors
/// When the value does not fit its schema.
pub fn command<T: Record>(composer: &Composer, key: &str, value: &T) -> Result<Incoming, Error> {
    let saga = IdempotencyKey::parse(key).map_or_else(String::new, |key| key.saga.key.as_str().to_owned());
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    Ok(Incoming {
        topic: "commands".into(),
        partition: 0,
        offset: 0,
        timestamp: 0,
        key: Some(saga.into_bytes()),
        value: Some(composer.codec().encode(value)?),
        headers: vec![
            header(headers::CE_ID, &format!("{key}/1")),
            header(headers::CE_TYPE, T::NAME),
            header(headers::IDEMPOTENCY_KEY, key),
            header(headers::CORRELATION_ID, "correlation-of-the-test"),
            header(
                headers::TRACEPARENT,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ),
        ],
    })
}

/// The content of a message; `None` when it is another record.
pub fn read<T: Record>(codec: &Codec, message: &OutMessage) -> Option<T> {
    let incoming = Incoming {
        topic: message.topic.to_string(),
        partition: 0,
        offset: 0,
        timestamp: 0,
        key: message.key.clone(),
        value: message.value.clone(),
        headers: Vec::new(),
    };
    if incoming.record(codec).ok()?.as_str() != T::NAME {
        return None;
    }
    incoming.decode(codec).ok()
}

/// Status and body of the answer to an HTTP request with a JSON body.
///
/// # Errors
/// When nothing listens there, or the answer is none.
pub fn ask_http(address: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
    let mut connection = TcpStream::connect(address)?;
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    match (status, answer.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => Ok((status, body.to_owned())),
        _ => Err(std::io::Error::other("the answer is no HTTP")),
    }
}
