//! Events reach a listener once each.

use std::sync::Arc;

use crate::till::{COMMANDS, Pay, pay};
use palinode_participant::{
    Codec, Composer, Database, Event, EventHandler, HandlerError, Incoming, Listening, LocalSchemas, Timestamp,
    rusqlite::Transaction, testing,
};

/// Writes down what it hears; refuses some.
pub(crate) struct Ear;

impl EventHandler for Ear {
    fn handle(&mut self, event: &Event<'_>, _: Timestamp, tx: &Transaction<'_>) -> Result<(), HandlerError> {
        let content: Pay = event.payload()?;
        tx.execute("INSERT INTO heard (id) VALUES (?1)", [&event.id])?;
        if content.amount_minor < 0 {
            Err(HandlerError::unreadable("a negative amount"))
        } else {
            Ok(())
        }
    }
}

struct World {
    database: Database,
    composer: Composer,
    listening: Listening<Ear>,
}

impl World {
    fn new() -> Self {
        let database = Database::in_memory().unwrap();
        database
            .transaction(|tx| tx.execute_batch("CREATE TABLE heard (id TEXT NOT NULL)"))
            .unwrap();
        let codec = Codec::new(Arc::new(LocalSchemas::default()));
        let listening = Listening::new(codec.clone(), Ear);
        Self {
            database,
            composer: Composer::new("test", codec),
            listening,
        }
    }

    fn event(&self, id: Option<&str>, source: &str, offset: i64, amount: i64) -> Incoming {
        let mut event = testing::command(&self.composer, "d/7/s/forward/1", &pay("7", amount)).unwrap();
        (event.topic, event.offset) = (COMMANDS.into(), offset);
        event.headers = vec![("ce_source".into(), source.as_bytes().to_vec())];
        event
            .headers
            .extend(id.map(|id| ("ce_id".into(), id.as_bytes().to_vec())));
        event
    }
}

/// What was written down, in order.
pub(crate) fn heard(database: &Database) -> Vec<String> {
    database
        .read(|connection| {
            let mut statement = connection.prepare("SELECT id FROM heard ORDER BY rowid")?;
            statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()
        })
        .unwrap_or_else(|error: palinode_participant::rusqlite::Error| panic!("{error}"))
}

#[test]
fn an_event_is_heard_once_by_its_id_and_source_or_by_its_place() {
    let mut world = World::new();
    let first = [
        world.event(Some("a"), "one", 0, 1),
        world.event(Some("a"), "one", 1, 1),
        world.event(None, "", 2, 1),
    ];
    let second = [
        world.event(Some("a"), "two", 3, 1),
        world.event(None, "", 2, 1),
        world.event(Some("a"), "one", 4, 1),
    ];
    let done = world.listening.process(&world.database, &first, Timestamp(0)).unwrap();
    assert_eq!((done.events, done.duplicates), (3, 1));
    let done = world.listening.process(&world.database, &second, Timestamp(0)).unwrap();
    assert_eq!((done.events, done.duplicates), (3, 2));
    assert_eq!(heard(&world.database), ["a", "payments.commands/0/2", "a"]);
}

#[test]
fn what_cannot_be_read_is_left_and_leaves_nothing_behind() {
    let mut world = World::new();
    let mut poison = world.event(Some("poison"), "one", 0, 1);
    poison.value = Some(b"poison".to_vec());
    let batch = [
        poison,
        world.event(Some("bad"), "one", 1, -1),
        world.event(Some("good"), "one", 2, 1),
    ];
    let done = world.listening.process(&world.database, &batch, Timestamp(0)).unwrap();
    assert_eq!((done.events, done.unreadable), (3, 2));
    assert_eq!(heard(&world.database), ["good"]);
}
