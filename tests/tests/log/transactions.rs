//! What a transaction writes, what refuses it, and how long it takes.

use std::{
    net::{Shutdown, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use palinode_log::{Outcome, Produced, Slot, TaskLog, kafka::topics::Topics};
use palinode_tests::log_world::{World, is_committed};

#[test]
fn a_commit_tells_the_offset_of_its_last_journal_record() {
    let world = World::new();
    let mut task = world.owner(1);

    let first = task.commit(Slot::A, &[world.journal(1, "one"), world.journal(1, "two")]);
    let second = task.commit(
        Slot::B,
        &[world.record("out", None, "key", "three"), world.journal(1, "four")],
    );
    let third = task.commit(Slot::A, &[world.record("out", None, "key", "five")]);

    assert_eq!(
        first,
        Outcome::Committed {
            journal_offset: Some(1)
        }
    );
    // Offset 2 is the marker of the first transaction.
    assert_eq!(
        second,
        Outcome::Committed {
            journal_offset: Some(3)
        }
    );
    assert_eq!(third, Outcome::Committed { journal_offset: None });
    assert_eq!(world.values("palinode.journal", 1), ["one", "two", "four"]);
}

#[test]
fn keys_choose_the_partition_that_java_clients_choose() {
    let world = World::new();
    let mut task = world.owner(0);
    let keys: Vec<String> = (0..40).map(|number| format!("order-{number}")).collect();
    let records: Vec<_> = keys.iter().map(|key| world.record("out", None, key, key)).collect();

    assert!(is_committed(&task.commit(Slot::A, &records)));

    for partition in 0..world.application.partitions {
        let expected: Vec<_> = keys
            .iter()
            .filter(|key| palinode_wire::partition_of(key.as_bytes(), world.application.partitions) == partition)
            .cloned()
            .collect();
        assert_eq!(world.values("out", partition), expected);
    }
}

#[test]
fn a_record_comes_back_as_it_was_written() {
    let world = World::new();
    let written = world.record("out", Some(2), "key", "value");
    assert!(is_committed(
        &world.owner(0).commit(Slot::A, std::slice::from_ref(&written))
    ));

    let read = world.read("out", 2);

    assert_eq!(read.len(), 1);
    assert_eq!(read[0].source, world.at("out", 2));
    assert_eq!(
        (read[0].key.as_ref(), read[0].value.as_ref()),
        (written.key.as_ref(), written.value.as_ref())
    );
    assert_eq!(read[0].headers, written.headers);
    assert!(read[0].timestamp > 0);
}

#[test]
fn a_key_that_is_null_is_written_as_null() {
    let world = World::new();
    let written = Produced {
        key: None,
        ..world.record("out", Some(2), "", "value")
    };
    assert!(is_committed(
        &world.owner(0).commit(Slot::A, std::slice::from_ref(&written))
    ));

    assert_eq!(world.read("out", 2)[0].key, None);
}

#[test]
fn two_ids_in_turn_keep_the_order() {
    let world = World::new();
    let mut task = world.owner(0);
    let expected: Vec<String> = (0..200).map(|number| number.to_string()).collect();

    let mut slot = Slot::A;
    for text in &expected {
        assert!(is_committed(&task.commit(slot, &[world.journal(0, text)])));
        slot = slot.other();
    }

    assert_eq!(world.values("palinode.journal", 0), expected);
}

#[test]
fn a_missing_topic_is_named_and_the_id_goes_on() {
    let world = World::new();
    let mut task = world.owner(0);

    let started = Instant::now();
    let outcome = task.commit(
        Slot::A,
        &[world.journal(0, "lost"), world.record("nowhere", None, "key", "lost")],
    );

    let Outcome::Aborted {
        refused: Some(refused), ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(refused.topic, world.topic("nowhere"));
    assert_eq!(refused.record, Some(1));
    println!("a missing topic is refused after {:?}", started.elapsed());
    assert!(is_committed(&task.commit(Slot::A, &[world.journal(0, "kept")])));
    assert_eq!(world.values("palinode.journal", 0), ["kept"]);
}

#[test]
fn a_missing_partition_is_named() {
    let world = World::new();
    let mut task = world.owner(0);

    let outcome = task.commit(
        Slot::B,
        &[world.journal(0, "lost"), world.record("out", Some(99), "key", "lost")],
    );

    let Outcome::Aborted {
        refused: Some(refused), ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!((refused.topic, refused.record), (world.topic("out"), Some(1)));
    assert!(world.values("palinode.journal", 0).is_empty());
}

#[test]
fn a_record_too_large_for_its_topic_is_named() {
    let world = World::new();
    let mut spec = world.spec("small");
    spec.configs.insert("max.message.bytes".into(), "2000".into());
    Topics::connect(&world.settings).unwrap().create(&[spec]).unwrap();
    let mut task = world.owner(0);

    // Refused by the broker, and refused by the client before it is sent.
    for bytes in [5_000, 5_000_000] {
        let large = "x".repeat(bytes);
        let outcome = task.commit(
            Slot::A,
            &[world.journal(0, "lost"), world.record("small", None, "key", &large)],
        );

        let Outcome::Aborted {
            refused: Some(refused), ..
        } = outcome
        else {
            panic!("{outcome:?}")
        };
        assert_eq!((refused.topic, refused.record), (world.topic("small"), Some(1)));
    }
    assert!(is_committed(&task.commit(Slot::A, &[world.journal(0, "kept")])));
    assert_eq!(world.values("palinode.journal", 0), ["kept"]);
}

#[test]
fn a_batch_larger_than_the_queue_is_written_whole() {
    let mut world = World::new();
    world
        .settings
        .properties
        .insert("queue.buffering.max.messages".into(), "100".into());
    let mut task = world.owner(0);
    let records: Vec<_> = (0..1_000).map(|number| world.journal(0, &number.to_string())).collect();

    let outcome = task.commit(Slot::A, &records);

    assert_eq!(
        outcome,
        Outcome::Committed {
            journal_offset: Some(999)
        }
    );
}

#[test]
fn an_id_that_was_not_initialised_decides_nothing() {
    let world = World::new();
    let mut task = world.task(0);

    let outcome = task.commit(Slot::A, &[world.journal(0, "lost")]);

    assert!(matches!(outcome, Outcome::Indefinite { .. }), "{outcome:?}");
}

/// A limit that only a lost optimisation passes; the figures are printed.
#[test]
fn a_commit_of_one_record_is_quick() {
    let world = World::new();
    let mut task = world.owner(0);
    let mut slot = Slot::A;
    let mut times = Vec::new();
    for _ in 0..200 {
        let started = Instant::now();
        assert!(is_committed(&task.commit(slot, &[world.journal(0, "value")])));
        times.push(started.elapsed());
        slot = slot.other();
    }
    times.sort();
    println!("a commit of one record: p50 {:?}, p99 {:?}", times[100], times[197]);
    // The flush of rdkafka's own commit alone would take 100 ms.
    assert!(times[100] < Duration::from_millis(80), "{:?}", times[100]);
}

#[test]
fn an_id_is_initialised_at_once_also_when_no_broker_is_connected_yet() {
    // Given a broker whose first answer takes its time, so that a new client has no connection at its first question
    let world = World::new();
    let door = slow_door(world.settings.bootstrap_servers.clone());
    let outside = World::named(&door, &world.application.topic_prefix, "member-1");
    // When ids are initialised
    let times = (0..5).map(|_| {
        let mut task = outside.task(0);
        let started = Instant::now();
        task.fence(Slot::A).unwrap();
        started.elapsed()
    });
    let quickest = times.min().unwrap();
    // Then none of librdkafka's half seconds is in it
    println!("an id is initialised in {quickest:?} at best");
    assert!(quickest >= DOOR_OPENS_AFTER, "{quickest:?}");
    assert!(quickest < Duration::from_millis(400), "{quickest:?}");
}

/// How long a connection through the door waits for its first byte.
const DOOR_OPENS_AFTER: Duration = Duration::from_millis(50);

/// The address of a way to `broker` on which each connection begins late. Clients go on to where the broker says it is.
fn slow_door(broker: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for inside in listener.incoming().flatten() {
            let broker = broker.clone();
            thread::spawn(move || {
                thread::sleep(DOOR_OPENS_AFTER);
                let Ok(outside) = TcpStream::connect(broker) else {
                    return;
                };
                let ways = [(&inside, &outside), (&outside, &inside)];
                thread::scope(|scope| {
                    for (from, to) in ways {
                        scope.spawn(move || {
                            // Whichever end closes first closes the other.
                            let _ended = std::io::copy(&mut &*from, &mut &*to);
                            let _closed = to.shutdown(Shutdown::Both);
                        });
                    }
                });
            });
        }
    });
    address
}
