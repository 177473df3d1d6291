//! A service as a whole: its HTTP side, its switches, its end.

use std::{
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use palinode_participant::{
    Codec, Composer, LocalSchemas, Participant, Parts, Running, SchemaError, SchemaId, SchemaSource, Stop, Switched,
    Switches, testing,
};

use crate::{
    kafka::{World, producer},
    till::{Paid, Till, pay},
};

const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    testing::ask_http(address, method, path, body).unwrap()
}

#[test]
fn a_service_is_switched_by_http_and_ends_when_asked() {
    let (world, producer, database) = (World::new("running"), producer(), World::database);
    let (database, switches, stop) = (database(&world), Switches::default(), Stop::new());
    let till = Switched::new(Till::new(&world.composer, &database).unwrap(), switches.clone());
    let parts = Parts {
        schemas: Arc::new(LocalSchemas::default()),
        metrics: Some(Arc::new(|| "palinode_something 1\n".to_owned())),
    };
    let participant = Participant::new(world.settings.clone(), database, world.composer.clone(), till);
    let router = Default::default();
    let service = Running::start(participant, "127.0.0.1:0", router, &parts, switches.clone(), &stop).unwrap();
    let address = service.address();
    assert_eq!(ask(address, "GET", "/healthz", ""), (200, "ok\n".into()));
    let until = Instant::now() + PATIENCE;
    while ask(address, "GET", "/readyz", "") != (200, "ready\n".into()) {
        assert!(Instant::now() < until, "it is ready");
        thread::sleep(LOOK);
    }
    assert_eq!(
        ask(address, "GET", "/metrics", ""),
        (200, "palinode_something 1\n".into())
    );

    let (status, body) = ask(address, "PUT", "/behaviour", r#"{"down":true}"#);
    assert_eq!(
        (status, body.as_str()),
        (200, r#"{"down":true,"slow_millis":0,"unavailable":false}"#)
    );
    world.send(&producer, &[world.command("unheard", &pay("unheard", 5))]);
    world.send(&producer, &[world.command("unheard", &pay("unheard", 5))]);
    assert_eq!(
        ask(address, "PUT", "/behaviour", r#"{"dwon":true}"#).0,
        422,
        "a wrong word is refused"
    );
    assert!(switches.behaviour().down);

    let until = Instant::now() + PATIENCE;
    while world.lag() > 0 {
        assert!(
            Instant::now() < until,
            "the commands are read while the service is down"
        );
        thread::sleep(LOOK);
    }
    ask(address, "PUT", "/behaviour", "{}");
    world.nothing_more(&producer, "heard");
    service.end().unwrap();
    assert!(TcpStream::connect(address).is_err(), "nothing listens any more");
}

/// A registry that is away at first, and then refuses or takes what it is told.
struct Away {
    asked: AtomicUsize,
    refuses: bool,
    schemas: LocalSchemas,
}

impl SchemaSource for Away {
    fn register(&self, record: &str, schema: &str) -> Result<SchemaId, SchemaError> {
        match (self.asked.fetch_add(1, Ordering::Relaxed), self.refuses) {
            (0, _) => Err(SchemaError::Unavailable {
                reason: "nobody listens".into(),
            }),
            (_, true) => Err(SchemaError::Refused {
                record: record.into(),
                reason: "it does not fit".into(),
            }),
            (_, false) => self.schemas.register(record, schema),
        }
    }

    fn schema_of(&self, id: SchemaId) -> Result<Arc<str>, SchemaError> {
        self.schemas.schema_of(id)
    }
}

/// A service that writes a record, with such a registry.
fn begun(name: &str, refuses: bool) -> Running {
    let world = World::new(name);
    let schemas = Arc::new(Away {
        asked: AtomicUsize::new(0),
        refuses,
        schemas: LocalSchemas::default(),
    });
    let (database, switches) = (world.database(), Switches::default());
    let composer = Composer::new("till", Codec::new(schemas.clone()));
    let till = Till::new(&composer, &database).unwrap();
    let parts = Parts { schemas, metrics: None };
    let participant = Participant::new(world.settings.clone(), database, composer, till).writes::<Paid>();
    Running::start(
        participant,
        "127.0.0.1:0",
        Default::default(),
        &parts,
        switches,
        &Stop::new(),
    )
    .unwrap()
}

#[test]
fn a_service_that_starts_without_its_registry_says_so_waits_and_goes_on() {
    let service = begun("without-registry", false);
    let (until, mut waited) = (Instant::now() + PATIENCE, String::new());
    loop {
        let (status, text) = ask(service.address(), "GET", "/readyz", "");
        if status == 200 {
            break;
        }
        if text.contains("nobody listens") {
            waited = text;
            assert_eq!(ask(service.address(), "GET", "/healthz", "").0, 200, "it lives");
        }
        assert!(Instant::now() < until, "it goes on");
        thread::sleep(LOOK);
    }
    assert!(waited.contains("the service is starting"), "{waited}");
    service.end().unwrap();
}

#[test]
fn a_service_whose_schema_is_refused_ends_with_the_reason() {
    let ended = begun("refused-schema", true).join().unwrap_err();
    assert_eq!(ended.code(), "PARTICIPANT_SCHEMA");
    let reason = std::error::Error::source(&ended)
        .map(ToString::to_string)
        .unwrap_or_default();
    assert!(reason.contains("it does not fit"), "{reason}");
}
