//! A service as a whole: its HTTP side, its switches, its end.

use std::{
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use palinode_participant::{LocalSchemas, Participant, Parts, Running, Stop, Switched, Switches, testing};

use crate::{
    kafka::{World, producer},
    till::{Till, pay},
};

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

    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while world.lag() > 0 {
        assert!(
            std::time::Instant::now() < until,
            "the commands are read while the service is down"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    ask(address, "PUT", "/behaviour", "{}");
    world.nothing_more(&producer, "heard");
    service.end().unwrap();
    assert!(TcpStream::connect(address).is_err(), "nothing listens any more");
}
