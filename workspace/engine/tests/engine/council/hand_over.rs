//! A planned move: the owner works on until the next one has caught up and taken the task.

use std::time::Duration;

use palinode_engine::membership::Standing;

use super::Gathering;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_member_that_joins_catches_up_before_it_takes_over() {
    let mut two = Gathering::of(&["a", "b"], 12, 1);
    let all: Vec<i32> = (0..12).collect();
    two.members[0].council.assigned(&all);
    two.kill(1);
    two.pass(5 * SECOND);
    assert!(all.iter().all(|task| two.owner(*task) == Some(0)));
    two.journals.values_mut().for_each(|journal| journal.0 = 50_000);
    two.restart(1);
    two.members[1].reads = 500;
    let now = two.now;
    two.members[0].council.withdrawn(&all[6..], now);
    two.members[1].council.assigned(&all[6..]);
    two.pass(4 * SECOND);
    assert!(all.iter().all(|task| two.owner(*task) == Some(0)), "a works on");
    two.until("b has caught up and has its tasks", |two| {
        (6..12).all(|task| two.owner(task) == Some(1))
    });
    two.pass(30 * SECOND);
    assert_eq!(two.claims, 12 + 6);
    assert!((6..12).all(|task| two.follows(0, task)));
    assert!((0..6).all(|task| two.follows(1, task)));
}

#[test]
fn a_take_over_that_takes_long_is_not_disturbed_by_whoever_has_lost_the_task_to_it() {
    let mut two = Gathering::two();
    two.take_over = 3 * SECOND;
    let now = two.now;
    two.members[0].council.withdrawn(&[0], now);
    two.members[1].council.assigned(&[0]);
    let took = two.until("b has the task", |two| two.owner(0) == Some(1));
    assert!(took <= 4 * SECOND, "it took {took:?}");
    two.pass(30 * SECOND);
    assert_eq!((two.owner(0), two.claims), (Some(1), 12 + 1));
}

#[test]
fn a_task_whose_next_owner_dies_while_it_takes_over_goes_back() {
    let mut two = Gathering::two();
    two.take_over = 3 * SECOND;
    let now = two.now;
    two.members[0].council.withdrawn(&[0], now);
    two.members[1].council.assigned(&[0]);
    two.until("a is fenced and leaves the task", |two| {
        two.members[0].does.get(&0) == Some(&Standing::Idle)
    });
    two.kill(1);
    two.until("a has the task again", |two| two.owner(0) == Some(0));
}

#[test]
fn two_that_start_together_claim_each_task_once() {
    let mut two = Gathering::of(&["a", "b"], 12, 1);
    let all: Vec<i32> = (0..12).collect();
    two.members[0].council.assigned(&all);
    two.until("a begins to take all over", |two| {
        all.iter()
            .all(|task| matches!(two.members[0].does.get(task), Some(Standing::Claiming(None))))
    });
    let now = two.now;
    two.members[0].council.withdrawn(&all[6..], now);
    two.members[1].council.assigned(&all[6..]);
    let took = two.until("both have their share", |two| {
        (0..12).all(|task| two.owner(task) == Some(usize::from(task >= 6)))
    });
    assert!(took <= SECOND, "it took {took:?}");
    two.pass(30 * SECOND);
    assert_eq!(two.claims, 12);
}

#[test]
fn a_member_that_cannot_follow_takes_nothing_over_from_a_living_one() {
    let mut two = Gathering::two();
    two.members[1].declines = true;
    let now = two.now;
    two.members[1].does.clear();
    two.members[0].council.withdrawn(&[0], now);
    two.members[1].council.assigned(&[0]);
    two.pass(120 * SECOND);
    assert_eq!(two.owner(0), Some(0));
}

#[test]
fn a_member_that_stops_works_on_until_all_is_taken() {
    let mut two = Gathering::two();
    two.members[0].council.stop();
    let now = two.now;
    assert!(!two.members[0].council.is_handed_over(now));
    let mut gaps = [Duration::ZERO; 6];
    while !two.members[0].council.is_handed_over(two.now) {
        two.pass(Duration::from_millis(50));
        for task in 0..6 {
            if two.owner(task).is_none() {
                gaps[usize::try_from(task).unwrap()] += Duration::from_millis(50);
            }
        }
        assert!(two.now - now < 3 * SECOND, "it is handed over soon");
    }
    assert!(gaps.iter().all(|gap| *gap <= Duration::from_millis(50)), "{gaps:?}");
    two.pass(SECOND);
    assert!((0..12).all(|task| two.owner(task) == Some(1)));
    two.kill(0);
    two.members[1].council.assigned(&[0, 1, 2, 3, 4, 5]);
    two.pass(30 * SECOND);
    assert_eq!(two.claims, 12 + 6);
}

#[test]
fn a_member_without_others_stops_at_once() {
    let mut one = Gathering::of(&["a"], 3, 1);
    one.members[0].council.assigned(&[0, 1, 2]);
    one.pass(3 * SECOND);
    assert!((0..3).all(|task| one.owner(task) == Some(0)));
    one.members[0].council.stop();
    assert!(one.members[0].council.is_handed_over(one.now));
}

#[test]
fn all_members_restarted_one_after_the_other_move_each_task_a_few_times() {
    let mut three = Gathering::of(&["a", "b", "c"], 12, 1);
    for member in 0..3 {
        let tasks: Vec<i32> = (0..12)
            .filter(|task| task % 3 == i32::try_from(member).unwrap())
            .collect();
        three.members[member].council.assigned(&tasks);
    }
    three.pass(5 * SECOND);
    for member in 0..3 {
        let tasks: Vec<i32> = (0..12)
            .filter(|task| task % 3 == i32::try_from(member).unwrap())
            .collect();
        three.members[member].council.stop();
        three.until("it is handed over", |three| {
            three.members[member].council.is_handed_over(three.now)
        });
        three.kill(member);
        three.pass(SECOND);
        assert!((0..12).all(|task| three.owner(task).is_some()), "nothing stands still");
        three.restart(member);
        three.members[member].council.assigned(&tasks);
        three.until("it has its tasks back", |three| {
            tasks.iter().all(|task| three.owner(*task) == Some(member))
        });
    }
    three.pass(30 * SECOND);
    assert_eq!(three.claims, 12 + 3 * 8, "each task of a restarted member moves twice");
}
