//! Timers are found by their due time, each one, until a change removes it.

use palinode_core::{Timer, Timestamp};
use palinode_store::Store;

use crate::{
    fixture::{deadline, id, known, open, timeout, timers},
    twins::Disk,
};

for_both_twins!(
    timers_come_in_the_order_of_their_due_times,
    timers_of_one_instant_are_all_kept,
    a_due_timer_stays_until_it_is_removed,
    an_earlier_timer_is_found_after_a_later_one_was,
    timers_stay_over_a_restart,
    the_ends_of_time_are_points_in_time,
    thousands_of_fired_timers_hide_nothing,
);

fn add(store: &mut impl Store, key: &str, added: &[Timer]) {
    store.write(timers(&id(key), open(&id(key), 1), &[], added)).unwrap();
}

fn remove(store: &mut impl Store, key: &str, removed: &[Timer]) {
    let change = known(store, timers(&id(key), open(&id(key), 2), removed, &[]));
    store.write(change).unwrap();
}

fn due(store: &mut impl Store, now: i64) -> Vec<(String, Timer)> {
    let found = store.due_timers(Timestamp(now), 100).unwrap();
    found
        .into_iter()
        .map(|(id, timer)| (id.key.to_string(), timer))
        .collect()
}

fn timers_come_in_the_order_of_their_due_times(disk: &impl Disk) {
    let mut store = disk.open();
    add(&mut store, "a", &[deadline(300), timeout(100, 0, 1)]);
    add(&mut store, "b", &[deadline(-200)]);
    let [first, second, third] = [
        ("b".into(), deadline(-200)),
        ("a".into(), timeout(100, 0, 1)),
        ("a".into(), deadline(300)),
    ];
    assert_eq!(due(&mut store, -201), []);
    assert_eq!(due(&mut store, 100), [first.clone(), second.clone()]);
    assert_eq!(due(&mut store, 1_000), [first.clone(), second, third]);
    assert_eq!(store.due_timers(Timestamp(1_000), 1).unwrap(), [(id("b"), first.1)]);
    assert_eq!(store.due_timers(Timestamp(1_000), 0).unwrap(), []);
}

fn timers_of_one_instant_are_all_kept(disk: &impl Disk) {
    let at_once = [
        deadline(100),
        timeout(100, 0, 1),
        timeout(100, 0, 2),
        timeout(100, 1, 1),
    ];
    let mut store = disk.open();
    add(&mut store, "b", &at_once);
    add(&mut store, "a", &at_once);
    let found = due(&mut store, 100);
    assert_eq!(found.len(), 8);
    remove(&mut store, "a", &[timeout(100, 0, 1)]);
    let mut left = found;
    left.retain(|(key, timer)| !(key == "a" && *timer == timeout(100, 0, 1)));
    assert_eq!(due(&mut store, 100), left);
}

fn a_due_timer_stays_until_it_is_removed(disk: &impl Disk) {
    let mut store = disk.open();
    add(&mut store, "a", &[deadline(100), timeout(200, 0, 1)]);
    assert_eq!(due(&mut store, 150), due(&mut store, 150));
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(100)));
    remove(&mut store, "a", &[deadline(100)]);
    assert_eq!(due(&mut store, 150), []);
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(200)));
    remove(&mut store, "a", &[timeout(200, 0, 1)]);
    assert_eq!(store.next_due().unwrap(), None);
    assert_eq!(due(&mut store, i64::MAX), []);
}

fn an_earlier_timer_is_found_after_a_later_one_was(disk: &impl Disk) {
    let mut store = disk.open();
    assert_eq!(store.next_due().unwrap(), None);
    add(&mut store, "a", &[deadline(500)]);
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(500)));
    assert_eq!(due(&mut store, 400), []);
    add(&mut store, "b", &[deadline(50)]);
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(50)));
    remove(&mut store, "b", &[deadline(50)]);
    assert_eq!(due(&mut store, 400), []);
    add(&mut store, "c", &[deadline(60)]);
    assert_eq!(due(&mut store, 60), [("c".into(), deadline(60))]);
}

fn timers_stay_over_a_restart(disk: &impl Disk) {
    let mut store = disk.open();
    add(&mut store, "a", &[deadline(500), timeout(50, 0, 1)]);
    remove(&mut store, "a", &[timeout(50, 0, 1)]);
    drop(store);
    let mut store = disk.open();
    assert_eq!(store.next_due().unwrap(), Some(Timestamp(500)));
    add(&mut store, "b", &[deadline(20)]);
    drop(store);
    assert_eq!(
        due(&mut disk.open(), 500),
        [("b".into(), deadline(20)), ("a".into(), deadline(500))]
    );
}

fn the_ends_of_time_are_points_in_time(disk: &impl Disk) {
    let mut store = disk.open();
    add(&mut store, "a", &[deadline(i64::MAX)]);
    assert_eq!(due(&mut store, i64::MAX - 1), []);
    drop(store);
    let mut store = disk.open();
    assert_eq!(due(&mut store, i64::MAX), [("a".into(), deadline(i64::MAX))]);
    add(&mut store, "b", &[deadline(i64::MIN)]);
    assert_eq!(due(&mut store, i64::MIN), [("b".into(), deadline(i64::MIN))]);
}

fn thousands_of_fired_timers_hide_nothing(disk: &impl Disk) {
    let all: Vec<_> = (0..3_000).map(deadline).collect();
    let mut store = disk.open();
    add(&mut store, "a", &all);
    for (now, fired) in (0..).step_by(100).zip(all.chunks(100)) {
        assert_eq!(store.next_due().unwrap(), Some(Timestamp(now)));
        remove(&mut store, "a", fired);
    }
    assert_eq!(store.next_due().unwrap(), None);
}
