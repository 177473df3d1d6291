//! What is to be done at a time.

use std::collections::BTreeMap;

use palinode_core::Timestamp;

/// Things in the order of their times; those of one time in the order in which they came.
#[derive(Debug)]
pub(super) struct Queue<T> {
    due: BTreeMap<(Timestamp, u64), T>,
    next: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            due: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<T> Queue<T> {
    pub(super) fn add(&mut self, at: Timestamp, what: T) {
        self.due.insert((at, self.next), what);
        self.next += 1;
    }

    /// When the first is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The first, when it is due.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<T> {
        let first = self.due.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    /// Takes out what `is_meant` says.
    pub(super) fn remove(&mut self, is_meant: impl Fn(&T) -> bool) -> Vec<T> {
        let (meant, others) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|(_, what)| is_meant(what));
        self.due = others;
        let meant: BTreeMap<_, _> = meant;
        meant.into_values().collect()
    }

    /// Lets nothing be due later than `latest`; the order stays.
    pub(super) fn no_later_than(&mut self, latest: Timestamp) {
        let all = std::mem::take(&mut self.due);
        self.due = all
            .into_iter()
            .map(|((at, number), what)| (at.min(latest), number, what))
            .scan(0, |place, (at, _, what)| {
                *place += 1;
                Some(((at, *place), what))
            })
            .collect();
        self.next = self.due.len() as u64 + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_in_the_order_of_time_and_then_of_arrival() {
        let mut queue = Queue::default();
        for (at, what) in [(5, "c"), (1, "a"), (5, "d"), (3, "b")] {
            queue.add(Timestamp(at), what);
        }
        assert_eq!(queue.next_due(), Some(Timestamp(1)));
        let mut taken = Vec::new();
        while let Some(what) = queue.take(Timestamp(5)) {
            taken.push(what);
        }
        assert_eq!(taken, ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_is_hurried_stays_in_order() {
        let mut queue = Queue::default();
        for (at, what) in [(500, "z"), (1, "a"), (400, "y")] {
            queue.add(Timestamp(at), what);
        }
        queue.no_later_than(Timestamp(10));
        queue.add(Timestamp(10), "last");
        assert_eq!(queue.remove(|what| *what == "y"), ["y"]);
        let rest: Vec<_> = std::iter::from_fn(|| queue.take(Timestamp(10))).collect();
        assert_eq!(rest, ["a", "z", "last"]);
    }
}
