//! A member that is silent is found in about a second, and its standbys take its tasks.

use std::time::Duration;

use super::Gathering;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_tasks_of_a_dead_member_are_taken_by_its_standby_before_the_group_knows() {
    let mut two = Gathering::two();
    two.kill(0);
    let took = two.until("b has all", |two| (0..12).all(|task| two.owner(task) == Some(1)));
    assert!(took <= Duration::from_millis(1_700), "{took:?}");
    assert_eq!(two.claims, 12 + 6);
    // The group follows, and finds nothing to do.
    two.members[1].council.assigned(&[0, 1, 2, 3, 4, 5]);
    two.pass(60 * SECOND);
    assert_eq!(two.claims, 12 + 6);
}

#[test]
fn of_many_standbys_one_takes_over() {
    let names = ["a", "b", "c", "d", "e"];
    for replicas in 0..4 {
        let mut five = Gathering::of(&names, 30, replicas);
        five.members[0].council.assigned(&(0..30).collect::<Vec<_>>());
        five.pass(3 * SECOND);
        assert_eq!(five.claims, 30);
        for task in 0..30 {
            let standbys = (0..5).filter(|member| five.follows(*member, task)).count();
            assert_eq!(standbys, replicas, "task {task}");
        }
        five.kill(0);
        let took = five.until("all tasks run", |five| (0..30).all(|task| five.owner(task).is_some()));
        assert!(took <= Duration::from_millis(1_800), "{took:?}");
        five.pass(20 * SECOND);
        assert_eq!(five.claims, 60, "with {replicas} standbys");
        for task in 0..30 {
            assert_eq!(
                (0..5).filter(|member| five.follows(*member, task)).count(),
                replicas.min(3)
            );
        }
    }
}

#[test]
fn when_the_first_standby_is_dead_too_the_next_one_takes_over() {
    let mut four = Gathering::of(&["a", "b", "c", "d"], 12, 2);
    four.members[0].council.assigned(&(0..12).collect::<Vec<_>>());
    four.pass(3 * SECOND);
    four.kill(0);
    four.kill(1);
    let took = four.until("all tasks run", |four| (0..12).all(|task| four.owner(task).is_some()));
    assert!(took <= 3 * SECOND, "{took:?}");
}

#[test]
fn a_member_that_was_paused_follows_what_it_lost_and_gets_it_back_once() {
    let mut two = Gathering::two();
    two.pause(0, 3 * SECOND);
    two.pass(4 * SECOND);
    assert!((0..12).all(|task| two.owner(task) == Some(1)));
    two.pass(5 * SECOND);
    assert!((0..6).all(|task| two.follows(0, task)), "a follows its former tasks");
    assert_eq!(two.claims, 12 + 6);
    // The group, which has noticed nothing, still wants them at a: its word counts again after a while.
    two.pass(60 * SECOND);
    assert!((0..6).all(|task| two.owner(task) == Some(0)));
    two.pass(600 * SECOND);
    assert_eq!(two.claims, 12 + 6 + 6);
}

#[test]
fn a_broker_that_stands_still_makes_nobody_suspect() {
    let mut two = Gathering::two();
    two.is_silent = true;
    let heard = two.topic.len();
    two.pass(4 * SECOND);
    two.is_silent = false;
    two.pass(5 * SECOND);
    assert!(two.topic.len() > heard);
    assert_eq!(two.claims, 12);
}

#[test]
fn without_any_heartbeats_the_groups_word_is_enough() {
    let mut two = Gathering::of(&["a", "b"], 2, 1);
    two.is_silent = true;
    two.members[0].council.assigned(&[0, 1]);
    two.pass(7 * SECOND);
    assert!((0..2).all(|task| two.owner(task) == Some(0)));
    let now = two.now;
    two.members[0].council.withdrawn(&[1], now);
    two.members[1].council.assigned(&[1]);
    two.pass(20 * SECOND);
    assert_eq!((two.owner(0), two.owner(1)), (Some(0), Some(1)));
    assert_eq!(two.claims, 3);
}

#[test]
fn a_process_that_begins_anew_at_once_takes_its_tasks_itself() {
    let mut two = Gathering::two();
    two.restart(0);
    two.members[0].council.assigned(&[0, 1, 2, 3, 4, 5]);
    let took = two.until("a has its tasks", |two| (0..6).all(|task| two.owner(task) == Some(0)));
    assert!(took <= Duration::from_millis(1_500), "{took:?}");
    two.pass(30 * SECOND);
    assert_eq!(two.claims, 12 + 6);
}
