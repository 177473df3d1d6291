//! The outcomes as a reader of committed records sees them.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use palinode_wire::{Schemas, outcome::OutcomeRecord, own, typed::RecordCodec};
use rdkafka::{Message, consumer::BaseConsumer};

use super::{client::reader, ground::Records};

/// Without an outcome for this time something is wrong.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);

/// Reads the outcomes that come from now on.
pub(super) struct Outcomes {
    consumer: BaseConsumer,
    codec: RecordCodec,
}

/// One outcome.
pub(super) struct Seen {
    /// The order.
    pub(super) order: String,
    /// The partition that it stands in, which is the task that the order belongs to.
    pub(super) task: i32,
    /// When it was seen.
    pub(super) at: Instant,
    value: Vec<u8>,
}

impl Outcomes {
    /// Begins at the present end of the outcomes.
    pub(super) fn open(bootstrap_servers: &str, prefix: &str, records: &Records) -> anyhow::Result<Self> {
        let consumer = reader(bootstrap_servers, &[format!("{prefix}palinode.outcomes")])?;
        Ok(Self {
            consumer,
            codec: records.codec(own::OUTCOME.name)?,
        })
    }

    /// The next outcome, if one comes within `wait`.
    pub(super) fn poll(&self, wait: Duration) -> anyhow::Result<Option<Seen>> {
        let Some(message) = self.consumer.poll(wait) else {
            return Ok(None);
        };
        let (message, at) = (message?, Instant::now());
        let order = String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned();
        Ok(Some(Seen {
            order,
            task: message.partition(),
            at,
            value: message.payload().unwrap_or_default().to_owned(),
        }))
    }

    /// The next outcome.
    pub(super) fn next(&self) -> anyhow::Result<Seen> {
        let deadline = Instant::now() + SILENCE_MAX;
        while Instant::now() < deadline {
            if let Some(seen) = self.poll(LOOK)? {
                return Ok(seen);
            }
        }
        bail!("no outcome came for {} s", SILENCE_MAX.as_secs());
    }

    /// Checks that these are the outcomes of `count` orders, all shipped.
    pub(super) fn check(&self, seen: &[Seen], count: usize) -> anyhow::Result<()> {
        let orders: BTreeSet<&str> = seen.iter().map(|outcome| outcome.order.as_str()).collect();
        ensure!(
            orders.len() == count && seen.len() == count,
            "{} outcomes of {count} orders",
            seen.len()
        );
        seen.iter().try_for_each(|outcome| self.check_one(outcome))
    }

    /// Checks that this is the outcome of an order that was shipped.
    pub(super) fn check_one(&self, outcome: &Seen) -> anyhow::Result<()> {
        let record = OutcomeRecord::decode(&self.codec, &outcome.value, &Schemas::default())
            .with_context(|| format!("the outcome of {} cannot be read", outcome.order))?;
        ensure!(
            *record.outcome == *"COMPLETED",
            "{} ended as {}",
            outcome.order,
            record.outcome
        );
        Ok(())
    }
}
