//! The service without Kafka: its HTTP API over its database.

use std::thread::JoinHandle;

use palinode_participant::{Codec, Composer, Database, Error};

use crate::{Settings, counter::Counter, http, idempotency::Running, reader::Reader, tables, writer::Writer};

/// The order service's HTTP side.
pub struct Shop {
    /// The HTTP routes.
    pub routes: axum::Router,
    /// The thread that writes; it ends when the routes are dropped.
    pub writer: JoinHandle<()>,
}

impl Shop {
    /// Opens the shop over `database`, which is the file that `settings` name.
    ///
    /// # Errors
    /// When the tables cannot be made.
    pub fn open(settings: &Settings, database: &Database, codec: Codec) -> Result<Self, Error> {
        let refused = |source| database.error(source);
        database.transaction(|tx| tables::create(tx)).map_err(refused)?;
        let reader = Reader::open(&settings.database).map_err(refused)?;
        let composer = Composer::new(settings.service.name.as_str(), codec);
        let counter = Counter::new(composer, settings.delivery_promise());
        let (writer, thread) = Writer::start(database.clone(), counter)?;
        let routes = http::router(http::Parts {
            writer,
            reader,
            running: Running::default(),
        });
        Ok(Self { routes, writer: thread })
    }
}
