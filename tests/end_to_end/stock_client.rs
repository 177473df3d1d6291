//! A participant that knows nothing of Palinode: Python, the stock Confluent client, no headers.

use std::process::Command;

use palinode_sandbox::{cache, process::Process, shop::Component};

use crate::support::{Audit, Ground, Run, Wanted, World};

pub(crate) const NAME: &str = "a participant with the stock Python client ships without knowing any header";
/// With four partitions it is all but certain that the client's own partitioner sends some replies astray.
const ORDERS: usize = 16;

/// Plays the scenario.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[NAME]) {
        return;
    }
    let world = World::start(ground, "stock-client", |settings| {
        settings.partitions = 4;
        settings.services.retain(|service| *service != Component::Shipment);
    });
    run.alone(NAME, || ships(&world));
    run.always("stock client: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn ships(world: &World<'_>) {
    let settings = world.settings();
    let mut command = Command::new(cache::python());
    command
        .arg("-c")
        .arg(include_str!("stock_client.py"))
        .args([&settings.bootstrap_servers, &settings.registry])
        .arg(world.topic("shipments.commands"))
        .arg(world.topic("shipments.events"));
    let _participant =
        Process::spawn("python", command, settings.folder.join("python.log")).expect("the participant starts");

    let orders = world.place_all(&vec![Wanted::by("ada"); ORDERS]);

    for order in &orders {
        world.await_status(order, "completed");
    }
    let replies = world.records("shipments.events");
    assert_eq!(replies.len(), ORDERS);
    assert!(
        replies.iter().all(|reply| reply.headers.is_empty()),
        "replies are plain"
    );
    let home = |reply: &palinode_log::Consumed| {
        world.home(std::str::from_utf8(reply.key.as_ref().expect("a key")).expect("text"))
    };
    let astray = replies
        .iter()
        .filter(|reply| reply.source.partition != home(reply))
        .count();
    assert!(astray > 0, "the client's partitioner is not ours");
    assert_eq!(
        world.records("palinode.inbox").len(),
        astray,
        "what went astray was forwarded, and nothing else"
    );
}
