//! Reading inputs and the journal: ends, positions, limits, wake-ups.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use palinode_log::{Error, Log, Paused, PollLimits, Slot, TaskLog};
use palinode_tests::log_world::{EVERYTHING, World, fence_all, is_committed, read_to, until, value};
use rdkafka::producer::{BaseRecord, Producer};

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

    until("the marker of the commit", || {
        task.ends(std::slice::from_ref(&input)).unwrap() == [2]
    });
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
    let ends = world.ends(&[first.clone(), second.clone()]);
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
    let ends = world.ends(&[paused.clone(), other.clone()]);
    task.assign(&[(paused.clone(), 0), (other.clone(), 0)]).unwrap();
    task.set_paused(std::slice::from_ref(&paused), Paused::Yes).unwrap();

    let mut read = Vec::new();
    until("the other input", || {
        task.poll(EVERYTHING, Duration::from_millis(20), &mut read).unwrap();
        task.positions().unwrap()[1].1 >= ends[1]
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
fn an_input_that_cannot_be_read_on_is_named() {
    let world = World::new();
    let mut task = world.task(0);
    let mut refusal = |position| {
        task.assign(&[(world.at("in", 1), 0), position]).unwrap();
        let mut refused = None;
        until("the refusal", || {
            refused = task.poll(EVERYTHING, Duration::from_millis(20), &mut Vec::new()).err();
            refused.is_some()
        });
        refused.unwrap()
    };

    let missing = refusal((world.at("nowhere", 0), 0));
    assert!(
        matches!(&missing, Error::MissingTopic { topic } if topic.contains("nowhere")),
        "{missing}"
    );
    let beyond = refusal((world.at("in", 0), 70));
    assert!(
        matches!(
            &beyond,
            Error::OffsetOutOfRange {
                offset: 70,
                partition: 0,
                ..
            }
        ),
        "{beyond}"
    );
}

#[test]
fn release_and_closing_do_not_wait() {
    let world = World::new();
    let input = world.at("in", 0);
    let mut task = world.owner(0);
    task.assign(&[(input.clone(), 0)]).unwrap();
    until("the journal's leader", || task.open_journal(0).is_ok());

    let started = Instant::now();
    task.close_journal();
    task.release();
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );

    // And everything can be taken up again.
    fence_all(&mut task);
    assert!(is_committed(
        &task.commit(Slot::A, &[world.record("in", Some(0), "key", "again")])
    ));
    let ends = world.ends(std::slice::from_ref(&input));
    task.assign(&[(input, 0)]).unwrap();
    assert_eq!(read_to(&mut task, &ends).len(), 1);
}
