//! The loop of a listener on real Kafka.

use std::{
    thread,
    time::{Duration, Instant},
};

use palinode_participant::{Database, Stop, Subscriber};

use crate::{
    kafka::{World, producer},
    listening::{Ear, heard},
    till::pay,
};

/// Listens until `count` events were heard in all.
fn listen_until(world: &World, database: &Database, count: usize) {
    let stop = Stop::new();
    let codec = world.composer.codec().clone();
    let subscriber = Subscriber::new(world.settings.clone(), database.clone(), codec, Ear);
    let listener_stop = stop.clone();
    let running = thread::spawn(move || subscriber.run(&listener_stop));
    let until = Instant::now() + Duration::from_secs(30);
    while heard(database).len() < count {
        assert!(Instant::now() < until, "heard in time: {:?}", heard(database));
        thread::sleep(Duration::from_millis(10));
    }
    stop.request();
    running.join().unwrap().unwrap();
}

#[test]
fn a_listener_hears_each_event_once_over_its_restarts() {
    let (world, producer) = (World::new("listener"), producer());
    let database = world.database();
    database
        .transaction(|tx| tx.execute_batch("CREATE TABLE heard (id TEXT NOT NULL)"))
        .unwrap();
    let [first, second] = ["first", "second"].map(|order| world.command(order, &pay(order, 5)));
    let ids = [&first, &second].map(|event| event.header("ce_id").unwrap().to_owned());
    world.send(&producer, &[first.clone(), first.clone()]);
    listen_until(&world, &database, 1);
    world.send(&producer, &[first, second]);
    listen_until(&world, &database, 2);
    assert_eq!(heard(&database), ids);
}
