//! Heartbeats and a group that lie cost moves, a bounded number of them.

use std::time::Duration;

use super::{Gathering, gathering::made_up};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn two_members_that_both_are_told_to_run_a_task_move_it_ever_more_seldom() {
    let mut two = Gathering::two();
    two.members[1].council.assigned(&[0]);
    two.pass(600 * SECOND);
    assert!(two.claims <= 12 + 12, "{} moves in ten minutes", two.claims - 12);
    assert!(two.owner(0).is_some());
}

#[test]
fn the_dead_who_speak_are_not_believed_for_long() {
    let mut two = Gathering::two();
    two.kill(0);
    two.pass(3 * SECOND);
    assert_eq!(two.claims, 18);
    // What it had sent before comes again, late, and twice.
    let old: Vec<_> = two.topic.iter().filter(|beat| &*beat.member == "a").cloned().collect();
    two.topic.extend(old.iter().rev().cloned());
    two.topic.extend(old);
    two.pass(10 * SECOND);
    assert!((0..12).all(|task| two.owner(task) == Some(1)));
    assert_eq!(two.claims, 18);
}

#[test]
fn an_earlier_run_that_speaks_late_is_known_as_such() {
    let mut two = Gathering::two();
    let late = two
        .topic
        .iter()
        .rev()
        .find(|beat| &*beat.member == "a")
        .cloned()
        .unwrap();
    two.restart(0);
    two.members[0].council.assigned(&[0, 1, 2, 3, 4, 5]);
    two.pass(3 * SECOND);
    let claims = two.claims;
    two.topic.push(late);
    two.pass(5 * SECOND);
    assert_eq!(two.claims, claims);
    assert!((0..6).all(|task| two.owner(task) == Some(0)));
}

#[test]
fn a_claim_that_nobody_made_costs_a_pause_until_its_member_is_silent() {
    let mut two = Gathering::two();
    two.topic.push(made_up("c", "c-1", 7, &[(0, i64::MAX), (6, i64::MAX)]));
    two.pass(10 * SECOND);
    assert!((0..12).all(|task| two.owner(task).is_some()));
    assert!(two.claims <= 12 + 4, "{} claims", two.claims);
}

#[test]
fn a_number_from_the_future_makes_a_member_suspected_and_nothing_more() {
    let mut two = Gathering::two();
    let run = two
        .topic
        .iter()
        .rev()
        .find(|beat| &*beat.member == "a")
        .unwrap()
        .run
        .clone();
    two.topic.push(made_up("a", &run, i64::MAX, &[]));
    two.pass(600 * SECOND);
    assert!((0..12).all(|task| two.owner(task).is_some()));
    assert!(two.claims <= 12 + 6 * 14, "{} claims", two.claims);
}

#[test]
fn a_member_that_stutters_moves_its_tasks_a_bounded_number_of_times() {
    let mut two = Gathering::two();
    for _ in 0..100 {
        two.pause(0, Duration::from_millis(1_800));
        two.pass(6 * SECOND);
    }
    two.pass(5 * SECOND);
    assert!((0..12).all(|task| two.owner(task).is_some()));
    assert!(two.claims <= 12 + 6 * 14, "{} claims in ten minutes", two.claims);
}
