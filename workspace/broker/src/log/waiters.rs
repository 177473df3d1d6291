//! Who waits for records of a partition.

/// The number of a waiting fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FetchId(pub(crate) u64);

/// Whether a reader sees the records of transactions that are open or aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// It sees all.
    Uncommitted,
    /// It stops before the first open transaction, and is told which were aborted.
    Committed,
}

#[derive(Clone, Copy, Debug)]
struct Waiter {
    fetch: FetchId,
    offset: i64,
    isolation: Isolation,
}

/// The fetches that wait for records of one partition. They are few: one for each of its readers.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    waiters: Vec<Waiter>,
}

impl Waiters {
    /// A fetch waits for records from an offset on.
    pub(crate) fn add(&mut self, fetch: FetchId, offset: i64, isolation: Isolation) {
        self.waiters.push(Waiter {
            fetch,
            offset,
            isolation,
        });
    }

    /// A fetch waits no longer.
    pub(crate) fn remove(&mut self, fetch: FetchId) {
        self.waiters.retain(|waiter| waiter.fetch != fetch);
    }

    /// All fetches that wait.
    pub(crate) fn all(&self) -> impl Iterator<Item = FetchId> {
        self.waiters.iter().map(|waiter| waiter.fetch)
    }

    /// The fetches that have something to read.
    pub(crate) fn served_by(&self, high_watermark: i64, last_stable_offset: i64) -> impl Iterator<Item = FetchId> {
        self.waiters.iter().filter_map(move |waiter| {
            let end = match waiter.isolation {
                Isolation::Uncommitted => high_watermark,
                Isolation::Committed => last_stable_offset,
            };
            (waiter.offset < end).then_some(waiter.fetch)
        })
    }
}
