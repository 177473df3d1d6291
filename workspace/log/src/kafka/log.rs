//! A node's access to Kafka.

use std::sync::Arc;

use super::{queries::Queries, reader::Wake, settings::Settings, task::KafkaTask};
use crate::{Application, Error, Log};

/// The log on Kafka.
pub struct KafkaLog {
    shared: Arc<Shared>,
}

/// What a node's tasks share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) application: Application,
    pub(super) queries: Queries,
}

impl KafkaLog {
    /// The log of `application` at the brokers of `settings`; asks no broker yet.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn new(settings: Settings, application: Application) -> Result<Self, Error> {
        settings.validate()?;
        let queries = Queries::create(&settings, &application)?;
        Ok(Self {
            shared: Arc::new(Shared {
                settings,
                application,
                queries,
            }),
        })
    }
}

impl Log for KafkaLog {
    type Task = KafkaTask;

    fn open(&self, task: i32, wake: Wake) -> Result<KafkaTask, Error> {
        Ok(KafkaTask::new(Arc::clone(&self.shared), task, wake))
    }

    fn partitions(&self, topic: &str) -> Result<i32, Error> {
        self.shared.queries.partitions(topic)
    }

    fn cluster_id(&self) -> Result<String, Error> {
        self.shared.queries.cluster_id()
    }
}
