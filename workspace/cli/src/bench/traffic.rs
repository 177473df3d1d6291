//! Orders that are placed and seen to end: each of them once, and shipped.
//!
//! When an order is due, and what is made of its wait, is for whoever places it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    client::Writer,
    ground::Ground,
    orders::Orders,
    outcomes::{Outcomes, SILENCE_MAX, Seen},
};

/// Orders wait this long for company while they are written.
const LINGER: Duration = Duration::from_millis(1);

/// Places orders and sees them end.
pub(super) struct Traffic<'a> {
    outcomes: &'a Outcomes,
    /// Where the orchestrator's logs stand, for errors.
    logs: String,
    orders: Orders,
    writer: Writer,
    placed: u64,
    due: HashMap<String, Instant>,
}

/// An order that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// The task that it belongs to.
    pub(super) task: i32,
    /// When it was to be placed.
    pub(super) due: Instant,
    /// When its outcome was seen.
    pub(super) at: Instant,
}

impl Ended {
    /// How long it took.
    pub(super) fn wait(self) -> Duration {
        self.at.saturating_duration_since(self.due)
    }
}

impl<'a> Traffic<'a> {
    /// Orders go to `topic`, and errors name the orchestrator's `logs`. Nothing is placed yet.
    pub(super) fn new(outcomes: &'a Outcomes, ground: &Ground, topic: String, logs: String) -> anyhow::Result<Self> {
        Ok(Self {
            outcomes,
            logs,
            orders: Orders::new(&ground.schemas, topic)?,
            writer: Writer::new(ground.cluster.bootstrap(), LINGER)?,
            placed: 0,
            due: HashMap::new(),
        })
    }

    /// Places an order that was due at this time.
    pub(super) fn place(&mut self, order: String, due: Instant) -> anyhow::Result<()> {
        self.orders.place(&self.writer, &order)?;
        self.due.insert(order, due);
        self.placed += 1;
        Ok(())
    }

    /// Takes the broker's reports on what was placed.
    pub(super) fn look(&self) -> anyhow::Result<()> {
        self.writer.look()
    }

    /// The next order that ends, if one does within `wait`.
    pub(super) fn next(&mut self, wait: Duration) -> anyhow::Result<Option<Ended>> {
        let seen = self.outcomes.poll(wait)?;
        seen.map(|seen| self.ended(&seen)).transpose()
    }

    /// Waits until every order has ended; fails when none does for a while.
    pub(super) fn drain(&mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        while !self.due.is_empty() {
            let ended = self.next(SILENCE_MAX)?;
            ended.with_context(|| format!("{} orders have not ended; see {}", self.due.len(), self.logs))?;
        }
        Ok(())
    }

    /// How many orders were placed.
    pub(super) fn placed(&self) -> u64 {
        self.placed
    }

    /// How many of them have not ended.
    pub(super) fn open(&self) -> usize {
        self.due.len()
    }

    /// The one among them that was due first.
    pub(super) fn oldest(&self) -> Option<(&str, Instant)> {
        let open = self.due.iter().map(|(order, due)| (order.as_str(), *due));
        open.min_by_key(|(_, due)| *due)
    }

    /// Where the orchestrator's logs stand.
    pub(super) fn logs(&self) -> &str {
        &self.logs
    }

    fn ended(&mut self, seen: &Seen) -> anyhow::Result<Ended> {
        let due = self.due.remove(&seen.order);
        let due = due.with_context(|| format!("{} has ended twice, or was not placed", seen.order))?;
        self.outcomes.check_one(seen)?;
        Ok(Ended {
            task: seen.task,
            due,
            at: seen.at,
        })
    }
}
