//! An end of a transaction that reaches the broker late must not end another one.
//!
//! librdkafka asks for the end again, over a new connection and without telling anybody, while the first request may
//! still wait in the broker or on the way; and it speaks the EndTxn that does not say which transaction it means.

use std::thread;

use palinode_log::{Outcome, Slot, TaskLog};
use palinode_tests::{
    log_world::is_committed,
    proxy::{Point, What},
};

use super::{
    pool::On,
    transaction::{Ended, Stage},
};

#[test]
fn a_late_end_tears_no_later_transaction_of_the_same_owner() {
    for on in [On::Real, On::Embedded] {
        for point in [Point::Commit, Point::Abort] {
            // Given a transaction that ended at the second request, while the first one is still under way
            let stage = Stage::on(on);
            let mut owner = stage.owner();
            let mut records = stage.batch("a");
            if point == Point::Abort {
                records.push(stage.world.record("small", None, "key", &"x".repeat(5_000)));
            }
            let late = stage.arm(point, "-0-a", 1, What::HoldAndClose);
            let first = owner.commit(Slot::A, &records);
            let ended = if point == Point::Commit {
                Ended::Committed
            } else {
                Ended::Aborted
            };
            assert_eq!(Ended::of(&first), ended, "{first:?}");
            assert_eq!(late.hits(), 1);
            // When the next transaction of the id has half of its records, and the late request arrives
            let half = stage.arm(Point::ProduceTo("out"), "-0-a", 1, What::Hold);
            let second = thread::scope(|scope| {
                let second = scope.spawn(|| owner.commit(Slot::A, &stage.batch("b")));
                while half.hits() == 0 && !second.is_finished() {
                    thread::yield_now();
                }
                late.release_and_wait();
                half.release();
                second.join().unwrap()
            });
            // Then what is said of both is true
            stage.door.disarm();
            stage.take_over();
            stage.check("a", &first);
            stage.check("b", &second);
        }
    }
}

#[test]
fn a_late_end_tears_no_transaction_of_the_next_owner() {
    for on in [On::Real, On::Embedded] {
        // Given an owner whose commit is under way
        let stage = Stage::on(on);
        let mut owner = stage.owner();
        let late = stage.arm(Point::Commit, "member-1-0-a", 1, What::Hold);
        thread::scope(|scope| {
            let first = scope.spawn(|| owner.commit(Slot::A, &stage.batch("a")));
            late.wait_for_hit();
            // When another one has taken over, and has half of a transaction's records
            let mut next = stage.outside.seen_by("member-2").owner(0);
            assert!(is_committed(&next.commit(Slot::A, &[stage.world.journal(0, "claim")])));
            let half = stage.arm(Point::ProduceTo("out"), "member-2-0-a", 1, What::Hold);
            let records = stage.batch("b");
            let second = scope.spawn(move || next.commit(Slot::A, &records));
            half.wait_for_hit();
            late.release_and_wait();
            half.release();
            // Then the first one is told that it is no longer the owner, and the second one's stands
            let (first, second) = (first.join().unwrap(), second.join().unwrap());
            assert_eq!(first, Outcome::Fenced);
            assert!(is_committed(&second), "{second:?}");
            assert!(!stage.stands("a"));
        });
        stage.door.disarm();
        stage.take_over();
        assert!(stage.stands("b"));
    }
}
