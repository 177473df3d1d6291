//! The log on real Kafka: transactions, refusals, reading to an end, wake-ups, topics.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use palinode_log::{
    Error, Log, Outcome, Paused, PollLimits, Slot, TaskLog,
    kafka::topics::{Difference, Topics},
};
use palinode_tests::log_world::{EVERYTHING, World, is_committed, read_to, until, value};
use rdkafka::producer::{BaseRecord, Producer};

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
        (Some(&written.key), Some(&written.value))
    );
    assert_eq!(read[0].headers, written.headers);
    assert!(read[0].timestamp > 0);
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

#[test]
fn reading_to_the_end_terminates_behind_markers_and_aborted_records() {
    let world = World::new();
    let (input, quiet) = (world.at("in", 0), world.at("in", 1));
    let mut task = world.owner(0);
    for text in ["one", "two"] {
        assert!(is_committed(
            &task.commit(Slot::A, &[world.record("in", Some(0), "key", text)])
        ));
    }
    let raw = world.raw_producer("aborts");
    raw.begin_transaction().unwrap();
    raw.send(
        BaseRecord::to(&world.topic("in"))
            .partition(0)
            .key("key")
            .payload("aborted"),
    )
    .unwrap();
    raw.flush(Duration::from_secs(10)).unwrap();
    raw.abort_transaction(Duration::from_secs(10)).unwrap();

    // Marker after each commit, then an aborted record and its marker, which may still be on its way.
    until("the marker of the abort", || {
        task.ends(std::slice::from_ref(&input)).unwrap() == [6]
    });
    let ends = task.ends(&[input.clone(), quiet.clone()]).unwrap();
    task.assign(&[(input.clone(), 0), (quiet.clone(), 0)]).unwrap();
    let read = read_to(&mut task, &ends);

    assert_eq!(read.iter().map(value).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(task.positions().unwrap(), [(input, 6), (quiet, 0)]);
}

#[test]
fn the_end_for_readers_is_before_an_open_transaction() {
    let world = World::new();
    let input = world.at("in", 0);
    let mut task = world.owner(0);
    assert!(is_committed(
        &task.commit(Slot::A, &[world.record("in", Some(0), "key", "one")])
    ));
    let raw = world.raw_producer("opens");
    raw.begin_transaction().unwrap();
    raw.send(
        BaseRecord::to(&world.topic("in"))
            .partition(0)
            .key("key")
            .payload("open"),
    )
    .unwrap();
    raw.send(
        BaseRecord::to(&world.topic("palinode.journal"))
            .partition(0)
            .key("key")
            .payload("open"),
    )
    .unwrap();
    raw.flush(Duration::from_secs(10)).unwrap();

    assert_eq!(task.ends(std::slice::from_ref(&input)).unwrap(), [2]);
    // The journal's bounds count it.
    assert_eq!(task.journal_bounds().unwrap(), (0, 1));
    assert_eq!(task.starts(&[input]).unwrap(), [0]);
    raw.abort_transaction(Duration::from_secs(10)).unwrap();
}

#[test]
fn an_assignment_drops_what_was_fetched_for_the_one_before() {
    let world = World::new();
    let (first, second) = (world.at("in", 0), world.at("in", 1));
    let mut task = world.owner(0);
    let records: Vec<_> = (0..100)
        .flat_map(|number| [0, 1].map(|partition| world.record("in", Some(partition), "key", &number.to_string())))
        .collect();
    assert!(is_committed(&task.commit(Slot::A, &records)));
    let ends = task.ends(&[first.clone(), second.clone()]).unwrap();
    task.assign(&[(first.clone(), 0), (second.clone(), 0)]).unwrap();
    let mut some = Vec::new();
    until("a first record", || {
        let one = PollLimits {
            records_max: 1,
            bytes_max: usize::MAX,
        };
        task.poll(one, Duration::from_millis(20), &mut some).unwrap();
        !some.is_empty()
    });
    read_to(&mut task, &ends);

    task.assign(&[(first.clone(), 90)]).unwrap();
    assert_eq!(task.positions().unwrap(), [(first.clone(), 90)]);
    let read = read_to(&mut task, &ends[..1]);
    assert_eq!(
        read.iter().map(|record| record.offset).collect::<Vec<_>>(),
        (90..100).collect::<Vec<_>>()
    );
    assert!(read.iter().all(|record| record.source == first));

    // Back to the start, as after an abort, and at once with the other input again.
    task.assign(&[(first.clone(), 0), (second, 99)]).unwrap();
    let read = read_to(&mut task, &ends);
    assert_eq!(read.iter().filter(|record| record.source == first).count(), 100);
    assert_eq!(read.len(), 101);
}

#[test]
fn a_paused_input_keeps_its_place() {
    let world = World::new();
    let (paused, other) = (world.at("in", 0), world.at("in", 1));
    let mut task = world.owner(0);
    let records: Vec<_> = [0, 1]
        .map(|partition| world.record("in", Some(partition), "key", "one"))
        .into();
    assert!(is_committed(&task.commit(Slot::A, &records)));
    let ends = task.ends(&[paused.clone(), other.clone()]).unwrap();
    task.assign(&[(paused.clone(), 0), (other.clone(), 0)]).unwrap();
    task.set_paused(std::slice::from_ref(&paused), Paused::Yes).unwrap();

    let mut read = Vec::new();
    until("the other input", || {
        task.poll(EVERYTHING, Duration::from_millis(20), &mut read).unwrap();
        task.positions().unwrap()[1].1 == ends[1]
    });
    assert!(read.iter().all(|record| record.source == other), "{read:?}");
    assert_eq!(task.positions().unwrap()[0], (paused.clone(), 0));

    task.set_paused(std::slice::from_ref(&paused), Paused::No).unwrap();
    assert_eq!(read_to(&mut task, &ends).len(), 1);
}

#[test]
fn a_poll_keeps_to_its_limits() {
    let world = World::new();
    let input = world.at("in", 0);
    let mut task = world.owner(0);
    let records: Vec<_> = (0..10)
        .map(|_| world.record("in", Some(0), "key", &"x".repeat(1_000)))
        .collect();
    assert!(is_committed(&task.commit(Slot::A, &records)));
    task.assign(&[(input, 0)]).unwrap();

    let mut read = Vec::new();
    until("three records", || {
        let limits = PollLimits {
            records_max: 3 - read.len(),
            bytes_max: usize::MAX,
        };
        task.poll(limits, Duration::from_millis(20), &mut read).unwrap();
        read.len() == 3
    });
    let before = read.len();
    until("the rest", || {
        let held = read.len();
        task.poll(
            PollLimits {
                records_max: 100,
                bytes_max: 1_500,
            },
            Duration::from_millis(20),
            &mut read,
        )
        .unwrap();
        assert!(read.len() - held <= 2);
        read.len() == 10
    });
    assert_eq!(before, 3);
}

#[test]
fn no_wake_up_is_lost() {
    let world = World::new();
    let input = world.at("in", 0);
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let mut reader = world
        .log()
        .open(
            1,
            Arc::new(move || {
                counted.fetch_add(1, Ordering::SeqCst);
            }),
        )
        .unwrap();
    reader.assign(&[(input, 0)]).unwrap();
    let mut writer = world.owner(0);
    let mut read = Vec::new();
    let mut slot = Slot::A;

    // Polled only when woken, and by one record at a time: a lost wake-up would end the test by its deadline.
    for round in 1..=100_usize {
        let records: Vec<_> = (0..3).map(|_| world.record("in", Some(0), "key", "value")).collect();
        assert!(is_committed(&writer.commit(slot, &records)));
        slot = slot.other();
        let mut seen = 0;
        until("a wake-up", || {
            let now = wakes.load(Ordering::SeqCst);
            if now != seen {
                seen = now;
                let one = PollLimits {
                    records_max: 1,
                    bytes_max: usize::MAX,
                };
                reader.poll(one, Duration::ZERO, &mut read).unwrap();
            }
            read.len() == round * 3
        });
    }
}

#[test]
fn the_journal_is_read_from_any_offset_and_not_from_beyond_its_end() {
    let world = World::new();
    let mut task = world.owner(2);
    let records: Vec<_> = (0..10).map(|number| world.journal(2, &number.to_string())).collect();
    assert!(is_committed(&task.commit(Slot::A, &records)));

    for (from, count) in [(0, 10), (7, 3)] {
        task.open_journal(from).unwrap();
        let mut read = Vec::new();
        until("the journal", || {
            task.poll_journal(EVERYTHING, Duration::from_millis(20), &mut read)
                .unwrap();
            read.len() == count
        });
        assert_eq!(read[0].offset, from);
        task.close_journal();
    }

    task.open_journal(500).unwrap();
    let mut refused = None;
    until("the refusal", || {
        refused = task
            .poll_journal(EVERYTHING, Duration::from_millis(20), &mut Vec::new())
            .err();
        refused.is_some()
    });
    assert!(
        matches!(
            refused,
            Some(Error::OffsetOutOfRange {
                offset: 500,
                partition: 2,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn a_missing_topic_is_an_error_of_every_question() {
    let world = World::new();
    let log = world.log();
    let mut task = world.task(0);

    assert!(log.partitions(&world.topic("nowhere")).unwrap_err().is_missing_topic());
    assert_eq!(log.partitions(&world.topic("in")).unwrap(), 4);
    assert!(task.ends(&[world.at("nowhere", 0)]).unwrap_err().is_missing_topic());
    assert!(task.starts(&[world.at("in", 99)]).unwrap_err().is_missing_topic());
    assert_eq!(log.cluster_id().unwrap().len(), 22);
}

#[test]
fn topics_are_created_once_and_compared() {
    let world = World::new();
    let topics = Topics::connect(&world.settings).unwrap();
    let mut spec = world.spec("compared");
    spec.configs.insert("cleanup.policy".into(), "compact".into());

    assert_eq!(
        topics.differences(&[spec.clone()]).unwrap(),
        [Difference::Missing {
            topic: spec.name.clone()
        }]
    );
    assert_eq!(topics.create(&[spec.clone()]).unwrap(), [spec.name.clone()]);
    assert!(topics.create(&[spec.clone()]).unwrap().is_empty());
    assert!(topics.differences(&[spec.clone()]).unwrap().is_empty());

    let mut other = spec.clone();
    other.partitions = 12;
    other.configs.insert("cleanup.policy".into(), "delete".into());
    other
        .configs
        .insert("message.timestamp.type".into(), "LogAppendTime".into());
    let words: Vec<_> = topics
        .differences(&[other])
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let name = &spec.name;
    assert_eq!(
        words,
        [
            format!("'{name}' has 4 partitions, and 12 are wanted"),
            format!("'{name}' has cleanup.policy=compact, and cleanup.policy=delete is wanted"),
            format!(
                "'{name}' has message.timestamp.type=CreateTime, and message.timestamp.type=LogAppendTime is wanted"
            ),
        ]
    );
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
fn release_and_closing_do_not_wait() {
    let world = World::new();
    let input = world.at("in", 0);
    let mut task = world.owner(0);
    task.assign(&[(input.clone(), 0)]).unwrap();
    task.open_journal(0).unwrap();

    let started = Instant::now();
    task.close_journal();
    task.release();
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );

    // And everything can be taken up again.
    palinode_tests::log_world::fence_all(&mut task);
    assert!(is_committed(
        &task.commit(Slot::A, &[world.record("in", Some(0), "key", "again")])
    ));
    let ends = task.ends(std::slice::from_ref(&input)).unwrap();
    task.assign(&[(input, 0)]).unwrap();
    assert_eq!(read_to(&mut task, &ends).len(), 1);
}
