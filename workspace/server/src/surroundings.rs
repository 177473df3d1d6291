//! What a node needs of the world: brokers, the registry, room on its disk. Looked at from the first moment to the last, so
//! that the node can say what it waits for.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use palinode_log::{
    Need, Outages,
    kafka::{self, BrokerWatch},
    registry::{RegistryClient, RegistryError},
};
use palinode_wire::own;

use crate::{
    Error,
    disk::{FULL_BYTES, LOW_BYTES, free_bytes},
};

/// How often the registry and the disk are looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(3);

/// The pause before a start that waits looks again whether it may go on.
const START_PAUSE: Duration = Duration::from_millis(500);

/// What a node needs of the world, and how it is at present.
pub(crate) struct Surroundings {
    outages: Outages,
    broker: BrokerWatch,
    registry: RegistryClient,
    url: String,
    data: PathBuf,
    is_low: AtomicBool,
}

impl Surroundings {
    /// Begins to look; ends when the last one who has it is gone. Must be called within tokio.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub(crate) fn watch(
        kafka: &kafka::Settings,
        member: &str,
        topic: &str,
        (registry, url): (RegistryClient, String),
        data: PathBuf,
    ) -> Result<Arc<Self>, Error> {
        let outages = Outages::default();
        let surroundings = Arc::new(Self {
            broker: BrokerWatch::start(kafka, member, topic, outages.clone())?,
            outages,
            registry,
            url,
            data,
            is_low: AtomicBool::new(false),
        });
        let watched = Arc::downgrade(&surroundings);
        tokio::spawn(async move {
            while let Some(surroundings) = watched.upgrade() {
                surroundings.look_at_disk().await;
                surroundings.look_at_registry().await;
                drop(surroundings);
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
        });
        Ok(surroundings)
    }

    /// What is away at present.
    pub(crate) fn outages(&self) -> &Outages {
        &self.outages
    }

    /// Waits, after a start that has failed by `error` because somebody is away, until it is worth another try.
    ///
    /// # Errors
    /// When nobody is away, but the brokers refuse this node's credentials.
    pub(crate) async fn await_better(&self, error: &Error) -> Result<(), Error> {
        tokio::time::sleep(START_PAUSE).await;
        if matches!(error, Error::RegistryAway { .. }) {
            while !self.look_at_registry().await {
                tokio::time::sleep(START_PAUSE).await;
            }
            return Ok(());
        }
        loop {
            if let Some(refusal) = self.broker.refusal() {
                return Err(refusal.into());
            }
            if !self.outages.is_away(Need::Broker) {
                return Ok(());
            }
            tokio::time::sleep(START_PAUSE).await;
        }
    }

    /// Whether the registry answers. That it does not know what it is asked for is an answer.
    async fn look_at_registry(&self) -> bool {
        let answer = self.registry.latest(own::HEARTBEAT.name).await;
        let Err(error @ RegistryError::Unavailable { .. }) = answer else {
            self.outages.end(Need::Registry);
            return true;
        };
        let words = format!(
            "the schema registry at {} cannot be asked: {error}. What was met before goes on; records with a schema that \
             this node does not know wait until it is back. Look whether it runs and whether 'registry.url' is right",
            self.url
        );
        self.outages.begin(Need::Registry, words);
        false
    }

    async fn look_at_disk(&self) {
        let folder = self.data.clone();
        let free = match tokio::task::spawn_blocking(move || free_bytes(&folder)).await {
            Ok(Ok(free)) => free,
            Ok(Err(error)) => {
                tracing::debug!(%error, folder = %self.data.display(), "the room on the disk is not known");
                return;
            }
            Err(error) => {
                tracing::error!(%error, "looking at the disk panicked");
                return;
            }
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float; the first 15 digits will do"
        )]
        metrics::gauge!("palinode_disk_free_bytes").set(free as f64);
        let folder = self.data.display();
        if free < FULL_BYTES {
            let words = format!(
                "the disk of {folder} is full: {free} bytes are free. Tasks stop when they cannot write, nothing is lost, and \
                 they go on by themselves when there is room; make room, or move 'data_dir'"
            );
            self.outages.begin(Need::Disk, words);
        } else {
            self.outages.end(Need::Disk);
        }
        let is_low = free < LOW_BYTES;
        if is_low && !self.is_low.swap(is_low, Ordering::Relaxed) {
            tracing::warn!(
                free,
                full_below = FULL_BYTES,
                "the disk of {folder} fills up: make room, or move 'data_dir'"
            );
        }
        self.is_low.store(is_low, Ordering::Relaxed);
    }
}
