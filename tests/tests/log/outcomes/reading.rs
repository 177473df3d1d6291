//! The points of reading: every record is handed out, once and in order, whatever fails under way.

use std::time::{Duration, Instant};

use kafka_protocol::ResponseError as E;
use palinode_log::{Slot, TaskLog};
use palinode_tests::{
    log_world::{EVERYTHING, is_committed, until, value},
    proxy::{
        Point,
        What::{self, Close, CloseForAnswer, Cut, DelayAnswer, DelayRequest, LoseAnswer, LoseRequest, Refuse},
    },
};

use super::{
    pool::{
        self,
        On::{self, Embedded, Real},
    },
    recorded,
    transaction::Stage,
};

const SECOND: Duration = Duration::from_secs(1);
/// Longer than a request may hang.
const TOO_LATE: Duration = Duration::from_secs(7);
/// A second try over a new connection.
const SOON: Duration = Duration::from_secs(6);
/// A request that hangs is given up after 5 s and what the broker may hold it for, and tried again.
const HANGS: Duration = Duration::from_secs(15);
/// More than one fetch brings while the records are written.
const RECORDS: usize = 60;
/// How often the fetch fails that brings records.
const TWICE: usize = 2;

/// Whether a poll may say that it cannot go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Polls {
    Well,
    MayFail,
}

type Row = (On, What, Polls, Duration);

const ROWS: &[Row] = &[
    (Real, LoseAnswer, Polls::Well, HANGS),
    (Embedded, LoseRequest, Polls::Well, HANGS),
    (Real, CloseForAnswer, Polls::Well, SOON),
    (Embedded, Close, Polls::Well, SOON),
    (Embedded, Cut, Polls::Well, SOON),
    (Embedded, DelayAnswer(SECOND), Polls::Well, SOON),
    (Embedded, DelayRequest(TOO_LATE), Polls::Well, HANGS),
    (Embedded, Refuse(E::NotLeaderOrFollower), Polls::Well, SOON),
    (Embedded, Refuse(E::KafkaStorageError), Polls::Well, SOON),
    (Embedded, Refuse(E::UnknownServerError), Polls::MayFail, SOON),
    (Embedded, Refuse(E::TopicAuthorizationFailed), Polls::MayFail, SOON),
    (Embedded, Refuse(E::UnknownTopicOrPartition), Polls::MayFail, SOON),
];

#[test]
fn whatever_fails_when_records_are_fetched_each_is_handed_out_once_in_order() {
    let mut cases = Vec::new();
    for (on, what, polls, within) in ROWS.iter().copied() {
        for on in on.wanted() {
            cases.push((format!("{on:?} Fetch: {what:?}"), (on, what, polls, within)));
        }
    }
    pool::play(&cases, |(on, what, polls, within)| {
        // Given records, and a task that reads them by a way that fails
        let stage = Stage::on(*on);
        let mut writer = stage.world.owner(0);
        let numbers: Vec<String> = (0..RECORDS).map(|number| number.to_string()).collect();
        let write = |writer: &mut palinode_log::kafka::KafkaTask, numbers: &[String]| {
            let records: Vec<_> = numbers
                .iter()
                .map(|number| stage.world.record("in", Some(0), "key", number))
                .collect();
            assert!(is_committed(&writer.commit(Slot::A, &records)));
        };
        write(&mut writer, &numbers[..RECORDS / 2]);
        let mut task = stage.outside.task(0);
        let armed = stage.arm(Point::Fetch, "-inputs", TWICE, *what);
        let started = Instant::now();
        task.assign(&[(stage.world.at("in", 0), 0)]).unwrap();
        write(&mut writer, &numbers[RECORDS / 2..]);
        // When it reads to the end
        let (mut read, mut failures) = (Vec::new(), Vec::new());
        until("the last record", || {
            if let Err(error) = task.poll(EVERYTHING, Duration::from_millis(20), &mut read) {
                failures.push(error.to_string());
            }
            read.len() >= RECORDS
        });
        let took = started.elapsed();
        // Then it has each once, in order
        assert!(armed.hits() > 0, "the fault did not happen");
        assert_eq!(read.iter().map(value).collect::<Vec<_>>(), numbers);
        assert!(took < *within * 2, "after {took:?}");
        assert!(*polls == Polls::MayFail || failures.is_empty(), "{failures:?}");
        task.poll(EVERYTHING, Duration::from_millis(200), &mut read).unwrap();
        assert_eq!(read.len(), RECORDS);
        recorded::judge(&stage.world, "in", 0, &read);
        failures.dedup();
        format!("all after {took:.1?} {}", failures.join(", "))
    });
}
