//! A node's access to the broker in memory.

use std::sync::Arc;

use super::{broker::MemoryBroker, task::MemoryTask};
use crate::{Application, Error, Log};

/// The log in memory.
#[derive(Clone)]
pub struct MemoryLog {
    broker: MemoryBroker,
    application: Application,
}

impl MemoryLog {
    /// The log of `application` on `broker`.
    pub fn new(broker: MemoryBroker, application: Application) -> Self {
        Self { broker, application }
    }
}

impl Log for MemoryLog {
    type Task = MemoryTask;

    fn open(&self, task: i32, wake: Arc<dyn Fn() + Send + Sync>) -> Result<MemoryTask, Error> {
        Ok(MemoryTask::new(self.broker.clone(), &self.application, task, wake))
    }

    fn partitions(&self, topic: &str) -> Result<i32, Error> {
        let state = self.broker.lock();
        state.answer("the partitions of a topic")?;
        state.partitions(topic)
    }

    fn cluster_id(&self) -> Result<String, Error> {
        self.broker.lock().answer("the id of the cluster")?;
        Ok("memory".into())
    }
}
