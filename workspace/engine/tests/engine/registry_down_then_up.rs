//! While the registry is down, records with schemas not known here wait for a stated time, then become dead letters; when
//! it is back, it is asked again.

use std::time::Duration;

use palinode_wire::headers;

use crate::support::{Setup, World, header_of};

const CANCEL: &str = "shop.orders.OrderCancellationRequested";

#[test]
fn a_short_outage_loses_nothing() {
    let world = World::with(Setup {
        unknown: vec![CANCEL],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.cancel("o-1");
    task.run();
    for _ in 0..20 {
        task.registry_fails();
        task.pass(Duration::from_secs(1));
    }
    assert_eq!(world.story("o-1"), [""; 0]);
    task.registry_answers();
    assert_eq!(world.story("o-1"), ["CancellationKept"]);
    assert!(world.broker.read("palinode.dead-letters").is_empty());
    task.ends_as_replayed();
}

#[test]
fn after_a_long_outage_later_records_are_processed_again() {
    let world = World::with(Setup {
        unknown: vec![CANCEL],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.cancel("o-1");
    task.run();
    for _ in 0..40 {
        task.registry_fails();
        task.pass(Duration::from_secs(1));
    }
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(letters.len(), 1);
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("UNKNOWN_SCHEMA")
    );
    assert!(
        header_of(&letters[0], headers::ERROR_REASON)
            .unwrap()
            .contains("did not answer")
    );
    task.pass(Duration::from_secs(60));
    world.cancel("o-2");
    task.run();
    task.registry_answers();
    assert_eq!(world.story("o-2"), ["CancellationKept"]);
    task.ends_as_replayed();
}

#[test]
fn a_question_that_is_lost_is_asked_again() {
    let world = World::with(Setup {
        unknown: vec![CANCEL],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.cancel("o-1");
    task.run();
    task.asked.clear();
    task.pass(Duration::from_secs(20));
    assert_eq!(task.asked.len(), 1);
    task.registry_answers();
    assert_eq!(world.story("o-1"), ["CancellationKept"]);
    task.ends_as_replayed();
}
