//! Orders all the time, in a thread of its own: nothing that is done to the nodes meanwhile delays placing them.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, ensure};
use palinode_wire::partition_of;

use super::super::{
    ground::{PARTITIONS, Stage},
    traffic::{Ended, Traffic},
};
use super::nodes::Nodes;

/// The time between two orders: 50 a second. A light load, so that a gap shows the take-over and not the working off of what
/// has gathered, and yet each of 12 tasks has an order four times a second, so that its silence is noticed.
const BETWEEN: Duration = Duration::from_millis(20);
/// No take-over lasts as long, not even one that waits for the group's session: an order that takes longer goes on never.
const ENDS_AT_MOST: Duration = Duration::from_secs(60);
/// Ends that nobody has looked at yet: ten minutes of them, several times what the longest step of a round takes.
const ENDS_MAX: usize = 30_000;

/// The ends of the orders, as they are seen.
pub(super) struct Load {
    ends: Receiver<Ended>,
}

impl Load {
    /// The orders that have ended since the last call, without waiting.
    pub(super) fn take(&self) -> Vec<Ended> {
        self.ends.try_iter().collect()
    }

    /// Lets orders be placed for `length`, and looks at none of them.
    ///
    /// # Errors
    /// As [`Load::next`].
    pub(super) fn run_for(&self, length: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + length;
        while Instant::now() < end {
            self.next(end.saturating_duration_since(Instant::now()))?;
        }
        Ok(())
    }

    /// The next order that ends, if one does within `wait`.
    ///
    /// # Errors
    /// When no more orders are placed; why tells the thread that placed them.
    pub(super) fn next(&self, wait: Duration) -> anyhow::Result<Option<Ended>> {
        match self.ends.recv_timeout(wait) {
            Ok(ended) => Ok(Some(ended)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow!("no more orders are placed")),
        }
    }
}

/// Places orders while `work` does something to the nodes, and waits until all have ended. Gives how many there were, too.
pub(super) fn under_load<T>(
    stage: &mut Stage<'_>,
    work: impl FnOnce(&mut Nodes<'_>, &Load) -> anyhow::Result<T>,
) -> anyhow::Result<(T, u64)> {
    let (traffic, shop) = stage.traffic_and_shop()?;
    let mut nodes = Nodes::new(shop);
    let (sender, ends) = sync_channel(ENDS_MAX);
    let (load, stop) = (Load { ends }, AtomicBool::new(false));
    let (done, traffic) = thread::scope(|scope| {
        let orders = scope.spawn(|| place(traffic, sender, &stop));
        let done = work(&mut nodes, &load);
        stop.store(true, Ordering::Release);
        (done, orders.join())
    });
    // When orders can no longer be placed, the work fails because of that.
    let mut traffic = traffic
        .map_err(|_| anyhow!("the thread that places orders panicked"))?
        .context("orders could not be placed all the time")?;
    let done = done?;
    traffic.drain()?;
    Ok((done, traffic.placed()))
}

/// Places orders until it is to stop; gives back what is still open.
fn place<'a>(mut traffic: Traffic<'a>, ends: SyncSender<Ended>, stop: &AtomicBool) -> anyhow::Result<Traffic<'a>> {
    let mut due = Instant::now();
    while !stop.load(Ordering::Acquire) {
        while due <= Instant::now() {
            traffic.place(order(traffic.placed()), due)?;
            due += BETWEEN;
        }
        traffic.look()?;
        if let Some(ended) = traffic.next(due.saturating_duration_since(Instant::now()))? {
            ends.try_send(ended)
                .map_err(|_| anyhow!("{ENDS_MAX} orders have ended and nobody has looked at them"))?;
        }
        if let Some((order, since)) = traffic.oldest() {
            ensure!(
                since.elapsed() < ENDS_AT_MOST,
                "{order} was placed {} s ago and has not ended; see {}",
                ENDS_AT_MOST.as_secs(),
                traffic.logs()
            );
        }
    }
    Ok(traffic)
}

/// The id of an order: the tasks have theirs in turn. Left to chance, a task may have none for longer than a take-over lasts.
fn order(number: u64) -> String {
    let task = (number % PARTITIONS.unsigned_abs() as u64) as i32;
    let mut order = String::new();
    for attempt in 0_u64.. {
        order = format!("f-{number:08}-{attempt}");
        if partition_of(order.as_bytes(), PARTITIONS) == task {
            break;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_for_the_tasks_in_turn() {
        for number in 0..100 {
            let order = order(number);
            assert!(order.starts_with(&format!("f-{number:08}-")), "{order}");
            assert_eq!(
                partition_of(order.as_bytes(), PARTITIONS),
                number as i32 % PARTITIONS,
                "{order}"
            );
        }
    }
}
