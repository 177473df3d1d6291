//! A topic that may not be written is to blame, whatever the client makes of it.

use kafka_protocol::ResponseError;
use palinode_log::{Outcome, Slot, TaskLog};
use palinode_tests::{
    log_world::is_committed,
    proxy::{Point, What},
};

use super::{pool::On, transaction::Stage};

/// What the broker says of a topic that an access rule closes, before the transaction is open.
const CLOSED: What = What::RefuseTopic("out", ResponseError::TopicAuthorizationFailed);

/// What librdkafka asks then is the end of a transaction that the coordinator does not know of, which it is refused as a
/// fatal error; the task would be taken over again and again, each time for the same records.
#[test]
fn a_topic_that_may_not_be_written_is_named_and_the_id_goes_on() {
    for on in [On::Real, On::Embedded] {
        // Given a task that has never written there, and one that has
        for has_written in [false, true] {
            let stage = Stage::on(on);
            let mut owner = stage.owner();
            if has_written {
                assert!(is_committed(&owner.commit(Slot::A, &stage.batch("a"))));
            }
            // When the topic is closed
            let armed = stage.arm(Point::AddPartitionsOf("out"), "", usize::MAX, CLOSED);
            let mut outcome = owner.commit(Slot::A, &stage.batch("b"));
            // Then it is to blame; at once, or after a take-over of the task that relied on it
            assert!(armed.hits() > 0);
            if has_written && matches!(outcome, Outcome::Indefinite { .. }) {
                owner = stage.outside.owner(0);
                assert!(is_committed(&owner.commit(Slot::A, &[stage.world.journal(0, "claim")])));
                outcome = owner.commit(Slot::A, &stage.batch("b"));
            }
            let Outcome::Aborted {
                refused: Some(refused), ..
            } = &outcome
            else {
                panic!("{on:?}, has written: {has_written}: {outcome:?}")
            };
            assert_eq!(refused.topic, stage.world.topic("out"));
            // And without its records the batch stands, on both ids
            for slot in [Slot::A, Slot::B, Slot::A] {
                let without = owner.commit(slot, &[stage.world.journal(0, "without")]);
                assert!(
                    is_committed(&without),
                    "{on:?}, has written: {has_written}: {without:?}"
                );
            }
            stage.door.disarm();
            stage.take_over();
            stage.check("b", &outcome);
        }
    }
}
