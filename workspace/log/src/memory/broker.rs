//! The broker in memory, as a test handles it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::{
    fault::Fault,
    partition::{Content, Partition},
    state::{State, Wake},
};
use crate::{Consumed, Error, Header, TopicPartition};

/// A broker in memory. Clones are the same broker.
#[derive(Clone, Default)]
pub struct MemoryBroker {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    appended: Condvar,
}

impl MemoryBroker {
    /// An empty broker.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a topic, or leaves the one that is there alone.
    pub fn create_topic(&self, topic: &str, partitions: i32) {
        let empty = || (0..partitions).map(|_| Partition::default()).collect();
        self.lock().topics.entry(topic.into()).or_insert_with(empty);
    }

    /// Deletes a topic with all that it holds.
    pub fn delete_topic(&self, topic: &str) {
        self.lock().topics.remove(topic);
    }

    /// Deletes the records of a partition below `offset`.
    pub fn delete_records(&self, topic: &str, partition: i32, offset: i64) {
        if let Ok(found) = self.lock().partition(&TopicPartition::new(topic, partition)) {
            found.delete_before(offset);
        }
    }

    /// Loses the records of a partition from `offset` on, as a broker may whose disk or last replica failed.
    pub fn lose_records(&self, topic: &str, partition: i32, offset: i64) {
        if let Ok(found) = self.lock().partition(&TopicPartition::new(topic, partition)) {
            found.lose_from(offset);
        }
    }

    /// The time, in milliseconds, that records get from now on.
    pub fn set_time(&self, now: i64) {
        self.lock().now = now;
    }

    /// Whether the broker answers at all.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.lock().unavailable = unavailable;
    }

    /// Records of `topic` with a larger key and value are refused.
    pub fn set_record_bytes_max(&self, topic: &str, bytes: usize) {
        self.lock().record_bytes_max.insert(topic.into(), bytes);
    }

    /// The next commit of `task` ends so; several faults hit several commits.
    pub fn fail_next_commit(&self, task: i32, fault: Fault) {
        self.lock().faults.entry(task).or_default().push_back(fault);
    }

    /// What was asked of the next commits of `task` is forgotten.
    pub fn fail_no_commit(&self, task: i32) {
        self.lock().faults.remove(&task);
    }

    /// Writes a record without a transaction, as a participant may, and returns its partition and offset. Without a
    /// partition, murmur2 of the key decides.
    ///
    /// # Errors
    /// When the topic or partition does not exist.
    pub fn produce(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: impl Into<Bytes>,
        value: Option<Bytes>,
        headers: Vec<Header>,
    ) -> Result<(i32, i64), Error> {
        self.append(topic, partition, Some(&key.into()), value, headers)
    }

    /// The same, but the record's key is null.
    ///
    /// # Errors
    /// When the topic or partition does not exist.
    pub fn produce_without_key(
        &self,
        topic: &str,
        partition: Option<i32>,
        value: Option<Bytes>,
        headers: Vec<Header>,
    ) -> Result<(i32, i64), Error> {
        self.append(topic, partition, None, value, headers)
    }

    fn append(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: Option<&Bytes>,
        value: Option<Bytes>,
        headers: Vec<Header>,
    ) -> Result<(i32, i64), Error> {
        let mut state = self.lock();
        let target = state.target(&topic.into(), partition, key)?;
        let offset = state.append(
            &target,
            &Content {
                key,
                value: value.as_ref(),
                headers: &headers,
            },
        )?;
        let wakes = state.wakes(&BTreeSet::from([target.clone()]));
        drop(state);
        self.tell(wakes);
        Ok((target.partition, offset))
    }

    /// The records of a topic that readers see, partition by partition.
    pub fn read(&self, topic: &str) -> Vec<Consumed> {
        let state = self.lock();
        let partitions = state.topics.get(topic);
        partitions
            .into_iter()
            .flatten()
            .flat_map(Partition::records)
            .cloned()
            .collect()
    }

    /// The first offset of a partition, and the one after its last record or marker.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn bounds(&self, source: &TopicPartition) -> Result<(i64, i64), Error> {
        let mut state = self.lock();
        let found = state.partition(source)?;
        Ok((found.start(), found.end()))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock()
    }

    pub(super) fn tell(&self, wakes: Vec<Wake>) {
        self.inner.appended.notify_all();
        for wake in wakes {
            wake();
        }
    }

    /// Waits until something is appended.
    pub(super) fn wait(&self, state: &mut MutexGuard<'_, State>, at_most: Duration) {
        self.inner.appended.wait_for(state, at_most);
    }
}
