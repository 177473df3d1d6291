//! Carries messages from the queue to the webhook.
//!
//! At least once: a message leaves the queue only after the webhook has answered, so a crash in between sends it again
//! under the same id. Several orders are served at the same time, one order's messages one after the other.

use std::time::Duration;

use metrics::{counter, gauge};
use palinode_participant::{Database, Error, Stop, Timestamp, now, rusqlite};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    backoff::Backoff,
    queue::{self, Waiting},
    wake::Wake,
    webhook::{Delivery, Webhook, chain},
};

/// Messages on the wire at the same time: hides the round trip without storming a chat.
const IN_FLIGHT_MAX: usize = 32;
/// How long the courier sleeps at the most, so that it sees a wish to stop.
const SLEEP_MAX: Duration = Duration::from_millis(200);
/// How long a message is remembered after its end: longer than topics keep the events that it was made of.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// Old messages that one round forgets, so that tidying never holds deliveries up.
const FORGOTTEN_PER_ROUND_MAX: usize = 100;

/// Empties the queue until it is told to stop.
pub(crate) struct Courier {
    pub(crate) database: Database,
    pub(crate) webhook: Webhook,
    pub(crate) wake: Wake,
    /// The wish that the service ends.
    pub(crate) stop: Stop,
    /// Set when another part of the service has ended.
    pub(crate) ending: Stop,
    /// How long a message waits for others of its order that happened earlier and are read later.
    pub(crate) settling: Duration,
}

/// What one round of deliveries found out about the webhook.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// There was nothing to deliver.
    Nothing,
    /// It answered about every message.
    Well,
    /// It takes no messages for now.
    Unavailable { reason: String, asked: Option<Duration> },
}

impl Courier {
    /// Works until the stop is asked for.
    pub(crate) async fn work(&self) {
        let mut backoff = Backoff::default();
        while !self.is_ending() {
            let (reason, asked) = match self.round().await {
                Ok(Found::Well) => {
                    backoff.reset();
                    continue;
                }
                Ok(Found::Nothing) => {
                    // Woken or not: the next round looks.
                    let _ = timeout(SLEEP_MAX, self.wake.notified()).await;
                    continue;
                }
                Ok(Found::Unavailable { reason, asked }) => (reason, asked),
                Err(error) => (chain(&error), None),
            };
            let pause = backoff.pause(asked);
            tracing::warn!(
                reason,
                pause_ms = pause.as_millis(),
                "messages cannot be delivered; they wait"
            );
            self.sleep(pause).await;
        }
    }

    /// Delivers the messages that can go out, and notes what became of each.
    async fn round(&self) -> Result<Found, Error> {
        let settling = i64::try_from(self.settling.as_millis()).unwrap_or(i64::MAX);
        let settled_by = Timestamp(now().0.saturating_sub(settling));
        let looked = self.database.read(|connection| -> rusqlite::Result<_> {
            gauge!("shop_notifications_waiting").set(queue::depth(connection)? as f64);
            queue::next(connection, settled_by, IN_FLIGHT_MAX)
        });
        let waiting = looked.map_err(|source| self.database.error(source))?;
        if waiting.is_empty() {
            return Ok(Found::Nothing);
        }
        let mut posts = JoinSet::new();
        for waiting in waiting {
            let webhook = self.webhook.clone();
            posts.spawn(async move { (webhook.post(&waiting.message).await, waiting) });
        }
        let mut ended = Vec::new();
        let mut found = Found::Well;
        for (delivery, waiting) in posts.join_all().await {
            match delivery {
                Delivery::Taken => ended.push((waiting, None)),
                Delivery::Refused(reason) => ended.push((waiting, Some(reason))),
                Delivery::Unavailable { reason, asked } => {
                    counter!("shop_notifications_failed_total").increment(1);
                    found = Found::Unavailable { reason, asked };
                }
            }
        }
        self.note(&ended)?;
        Ok(found)
    }

    fn note(&self, ended: &[(Waiting, Option<String>)]) -> Result<(), Error> {
        let at = now();
        let noted = self.database.transaction(|tx| -> rusqlite::Result<()> {
            for (waiting, refusal) in ended {
                queue::end(tx, waiting.sequence, refusal.as_deref(), at)?;
            }
            let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
            queue::forget(tx, Timestamp(at.0.saturating_sub(kept)), FORGOTTEN_PER_ROUND_MAX)?;
            Ok(())
        });
        noted.map_err(|source| self.database.error(source))?;
        for (waiting, refusal) in ended {
            let message = &waiting.message;
            match refusal {
                None => {
                    counter!("shop_notifications_delivered_total").increment(1);
                    tracing::debug!(message_id = message.message_id, "a message was delivered");
                }
                Some(reason) => {
                    counter!("shop_notifications_refused_total").increment(1);
                    tracing::error!(
                        message_id = message.message_id,
                        reason,
                        "the webhook refused a message for good"
                    );
                }
            }
        }
        Ok(())
    }

    fn is_ending(&self) -> bool {
        self.stop.is_requested() || self.ending.is_requested()
    }

    async fn sleep(&self, pause: Duration) {
        let mut left = pause;
        while !left.is_zero() && !self.is_ending() {
            let nap = left.min(SLEEP_MAX);
            tokio::time::sleep(nap).await;
            left -= nap;
        }
    }
}
