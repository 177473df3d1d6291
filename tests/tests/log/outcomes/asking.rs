//! The points of a take-over and of questions: ids are initialised, offsets are asked for.

use std::time::{Duration, Instant};

use kafka_protocol::ResponseError as E;
use palinode_log::{Error, Slot, TaskLog};
use palinode_tests::{
    log_world::{is_committed, until},
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
    transaction::Stage,
};

const ONCE: usize = 1;
const ALWAYS: usize = usize::MAX;
const SECOND: Duration = Duration::from_secs(1);
/// Longer than a request may hang.
const TOO_LATE: Duration = Duration::from_secs(7);
/// A second try over a new connection.
const SOON: Duration = Duration::from_secs(5);
/// A request that hangs is given up after 5 s, and tried again.
const HANGS: Duration = Duration::from_secs(12);
/// An id that is not initialised by then is tried again from the start.
const GIVEN_UP: Duration = Duration::from_secs(20);

/// How a question may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// It is answered.
    Answered,
    /// It may be answered, or should be asked again.
    AnsweredOrAgain,
    /// It should be asked again.
    Again,
    /// To ask again is of no use.
    Refused,
}

impl Ended {
    fn fits<T>(self, result: &Result<T, Error>) -> bool {
        match (self, result) {
            (Self::Answered | Self::AnsweredOrAgain, Ok(_)) => true,
            (Self::Again | Self::AnsweredOrAgain, Err(error)) => error.is_retriable(),
            (Self::Refused, Err(error)) => !error.is_retriable(),
            _ => false,
        }
    }
}

type Row = (On, usize, What, Ended, Duration);

const INITIALISING: &[Row] = &[
    (Embedded, ONCE, LoseRequest, Ended::Answered, HANGS),
    (Real, ONCE, LoseAnswer, Ended::Answered, HANGS),
    (Embedded, ALWAYS, LoseRequest, Ended::Again, GIVEN_UP),
    (Embedded, ALWAYS, LoseAnswer, Ended::Again, GIVEN_UP),
    (Embedded, ONCE, Close, Ended::Answered, SOON),
    (Real, ONCE, CloseForAnswer, Ended::Answered, SOON),
    (Embedded, ONCE, Cut, Ended::Answered, SOON),
    (Embedded, ONCE, DelayAnswer(SECOND), Ended::Answered, SOON),
    (Real, ONCE, DelayRequest(TOO_LATE), Ended::Answered, HANGS),
    (Embedded, ONCE, Refuse(E::ConcurrentTransactions), Ended::Answered, SOON),
    (Embedded, ONCE, Refuse(E::NotCoordinator), Ended::Answered, SOON),
    (
        Embedded,
        ONCE,
        Refuse(E::CoordinatorNotAvailable),
        Ended::Answered,
        SOON,
    ),
    (
        Embedded,
        ONCE,
        Refuse(E::CoordinatorLoadInProgress),
        Ended::Answered,
        SOON,
    ),
    (Embedded, ONCE, Refuse(E::ProducerFenced), Ended::Refused, SOON),
    (
        Embedded,
        ONCE,
        Refuse(E::TransactionalIdAuthorizationFailed),
        Ended::Refused,
        SOON,
    ),
    (
        Embedded,
        ONCE,
        Refuse(E::InvalidTransactionTimeout),
        Ended::Refused,
        SOON,
    ),
];

#[test]
fn whatever_fails_when_an_id_is_initialised_it_is_told_and_another_try_works() {
    pool::play(
        &named(INITIALISING, "InitProducerId"),
        |(on, times, what, ends, within)| {
            let stage = Stage::on(*on);
            // Given an owner before, with a record that stands
            let mut before = stage.outside.seen_by("member-0").owner(0);
            assert!(is_committed(
                &before.commit(Slot::A, &[stage.world.journal(0, "claim")])
            ));
            let armed = stage.arm(Point::InitProducerId, "-0-a", *times, *what);
            // When a task is taken over
            let mut task = stage.outside.task(0);
            let started = Instant::now();
            let fenced = task.fence(Slot::A);
            let took = started.elapsed();
            // Then it is said in time how that went
            assert!(armed.hits() > 0, "the fault did not happen");
            assert!(ends.fits(&fenced), "{fenced:?} after {took:?}");
            assert!(took < *within, "{fenced:?} after {took:?}");
            stage.door.disarm();
            if let Err(error) = &fenced {
                let unowned = task.commit(Slot::A, &[stage.world.journal(0, "b1")]);
                assert!(!is_committed(&unowned), "{unowned:?} after {error}");
            }
            // And the task can be taken over
            let taken = stage.take_over();
            assert_eq!(
                stage.world.values("palinode.journal", 0),
                ["claim", "claim", "work", "work"]
            );
            let said = fenced.map_or_else(|error| error.to_string(), |()| "initialised".into());
            format!("{said} after {took:.1?}; taken over in {taken:.1?}")
        },
    );
}

const ASKING: &[Row] = &[
    (Embedded, ONCE, LoseRequest, Ended::AnsweredOrAgain, HANGS),
    (Real, ONCE, LoseAnswer, Ended::AnsweredOrAgain, HANGS),
    (Embedded, ALWAYS, LoseAnswer, Ended::Again, HANGS),
    (Real, ONCE, CloseForAnswer, Ended::AnsweredOrAgain, SOON),
    (Embedded, ONCE, Close, Ended::AnsweredOrAgain, SOON),
    (Embedded, ONCE, Cut, Ended::AnsweredOrAgain, SOON),
    (Embedded, ONCE, DelayAnswer(SECOND), Ended::Answered, SOON),
    (Embedded, ONCE, DelayRequest(TOO_LATE), Ended::AnsweredOrAgain, HANGS),
    (
        Embedded,
        ONCE,
        Refuse(E::NotLeaderOrFollower),
        Ended::AnsweredOrAgain,
        HANGS,
    ),
    (
        Embedded,
        ONCE,
        Refuse(E::LeaderNotAvailable),
        Ended::AnsweredOrAgain,
        HANGS,
    ),
    (
        Embedded,
        ONCE,
        Refuse(E::TopicAuthorizationFailed),
        Ended::Refused,
        SOON,
    ),
];

#[test]
fn whatever_fails_when_offsets_are_asked_for_no_wrong_one_is_told() {
    pool::play(&named(ASKING, "ListOffsets"), |(on, times, what, ends, within)| {
        // Given a partition with a committed record and its marker
        let stage = Stage::on(*on);
        assert!(is_committed(
            &stage
                .world
                .owner(0)
                .commit(Slot::A, &[stage.world.record("in", Some(0), "key", "value")])
        ));
        let input = stage.world.at("in", 0);
        let mut settled = stage.world.task(0);
        until("the marker", || {
            settled.ends(std::slice::from_ref(&input)).is_ok_and(|ends| ends == [2])
        });
        // When its ends are asked for
        let mut task = stage.outside.task(0);
        let armed = stage.arm(Point::ListOffsets, "-queries", *times, *what);
        let started = Instant::now();
        let ends_told = task.ends(std::slice::from_ref(&input));
        let took = started.elapsed();
        // Then they are told, or that they are not known
        assert!(armed.hits() > 0, "the fault did not happen");
        assert!(ends.fits(&ends_told), "{ends_told:?} after {took:?}");
        assert!(took < *within, "{ends_told:?} after {took:?}");
        if let Ok(told) = &ends_told {
            assert_eq!(told, &[2]);
        }
        // And once nothing fails they are
        stage.door.disarm();
        until("the right offsets", || {
            let told = (
                task.starts(std::slice::from_ref(&input)),
                task.ends(std::slice::from_ref(&input)),
            );
            match told {
                (Ok(starts), Ok(ends)) => {
                    assert_eq!((starts, ends), (vec![0], vec![2]));
                    true
                }
                _ => false,
            }
        });
        let said = ends_told.map_or_else(|error| error.to_string(), |_| "told".into());
        format!("{said} after {took:.1?}")
    });
}

/// The rows for the brokers that are wanted, each with its name.
fn named(rows: &[Row], point: &str) -> Vec<(String, Row)> {
    let mut named = Vec::new();
    for row in rows {
        for on in row.0.wanted() {
            let often = if row.1 == ONCE { "" } else { ", always" };
            named.push((
                format!("{on:?} {point}: {:?}{often}", row.2),
                (on, row.1, row.2, row.3, row.4),
            ));
        }
    }
    named
}
