//! What ends of orders say of the time in between.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::super::{figures::median, traffic::Ended};

/// For each of `tasks` the longest time since `begin` in which none of its orders ended, of those that `ends` tells of in
/// the order of time.
pub(super) fn silences(tasks: &[i32], begin: Instant, ends: &[Ended]) -> BTreeMap<i32, Duration> {
    let silence = |task: i32| {
        let mut last = begin;
        let of_task = ends.iter().filter(|ended| ended.task == task && ended.at >= begin);
        let silences = of_task.map(|ended| ended.at - std::mem::replace(&mut last, ended.at));
        silences.max().unwrap_or_default()
    };
    tasks.iter().map(|task| (*task, silence(*task))).collect()
}

/// What the slowest of these orders took.
pub(super) fn slowest(ends: &[Ended]) -> Duration {
    ends.iter().map(|ended| ended.wait()).max().unwrap_or_default()
}

/// What the median of these orders took.
pub(super) fn usual(ends: &[Ended]) -> Duration {
    let waits: Vec<f64> = ends.iter().map(|ended| ended.wait().as_secs_f64()).collect();
    Duration::from_secs_f64(median(&waits))
}

/// Whether each of `tasks` has had an order that was due after `moment` and has ended.
pub(super) fn all_go_on(tasks: &[i32], moment: Instant, ends: &[Ended]) -> bool {
    let goes_on = |task: i32| ends.iter().any(|ended| ended.task == task && ended.due > moment);
    tasks.iter().all(|task| goes_on(*task))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(begin: Instant, task: i32, due: u64, at: u64) -> Ended {
        let after = |millis| begin + Duration::from_millis(millis);
        Ended {
            task,
            due: after(due),
            at: after(at),
        }
    }

    #[test]
    fn a_silence_lasts_from_one_end_to_the_next_of_the_same_task() {
        let begin = Instant::now();
        let ends = [
            ended(begin, 1, 0, 10),
            ended(begin, 2, 0, 20),
            ended(begin, 2, 500, 600),
            ended(begin, 1, 100, 1_510),
            ended(begin, 1, 400, 1_520),
            ended(begin, 3, 400, 9_000),
        ];

        let silences = silences(&[1, 2], begin, &ends);

        assert_eq!(
            silences,
            BTreeMap::from([(1, Duration::from_millis(1_500)), (2, Duration::from_millis(580))])
        );
        assert_eq!(slowest(&ends[..5]), Duration::from_millis(1_410));
        assert_eq!(usual(&ends[..5]), Duration::from_millis(100));
    }

    #[test]
    fn the_first_silence_begins_with_the_kill() {
        let begin = Instant::now();
        let kill = begin + Duration::from_millis(100);
        let ends = [ended(begin, 1, 0, 50), ended(begin, 1, 0, 1_300)];

        assert_eq!(silences(&[1], kill, &ends)[&1], Duration::from_millis(1_200));
    }

    #[test]
    fn a_task_goes_on_when_an_order_of_later_has_ended() {
        let begin = Instant::now();
        let moment = begin + Duration::from_millis(100);
        let mut ends = vec![ended(begin, 1, 150, 300), ended(begin, 2, 90, 300)];

        assert!(!all_go_on(&[1, 2], moment, &ends));
        ends.push(ended(begin, 2, 110, 310));
        assert!(all_go_on(&[1, 2], moment, &ends));
    }
}
