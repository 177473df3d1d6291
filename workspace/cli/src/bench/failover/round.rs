//! One round: a node is killed, or restarted, and what orders notice of it.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_sandbox::shop::Component;

use super::super::{figures::short, ground::PARTITIONS, traffic::Ended};
use super::{load::Load, nodes::Nodes, waits};

/// Orders are watched for so long after a kill, even when all go on sooner: a task that moves twice stands still twice.
const WATCH: Duration = Duration::from_secs(3);
/// For so long before a restart orders show what is usual: 250 of them.
const USUAL: Duration = Duration::from_secs(5);
/// The longest wait for an end before it is looked again whether it was long enough.
const LOOK: Duration = Duration::from_millis(50);

/// What orders noticed of a kill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Killed {
    /// How many tasks the node had.
    tasks: usize,
    /// The task of which none of the orders ended for the longest time, and that time.
    task: i32,
    pub(super) gap: Duration,
    /// The shortest of the times in which none of a task's orders ended.
    shortest: Duration,
    /// What the slowest order took, of all tasks.
    pub(super) slowest: Duration,
    /// From the start of the killed node to when it had its share again.
    pub(super) back: Duration,
}

/// What orders noticed of a restart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restarted {
    /// What the median order took before.
    pub(super) usual: Duration,
    /// What the slowest order took, of all tasks.
    slowest: Duration,
    /// From the signal to the end of the process.
    ending: Duration,
    /// From the signal to when the node had its share again.
    pub(super) whole: Duration,
}

impl Restarted {
    /// How much longer the slowest order took than is usual.
    pub(super) fn delay(self) -> Duration {
        self.slowest.saturating_sub(self.usual)
    }
}

/// Kills `victim` when all is well, and waits until all is well again.
pub(super) fn kill(nodes: &mut Nodes<'_>, load: &Load, victim: Component, standbys: usize) -> anyhow::Result<Killed> {
    nodes.await_shared(standbys)?;
    let tasks = nodes.running(victim)?;
    load.take();
    let at = nodes.kill(victim)?;
    let ends = watch(load, &tasks, at, WATCH)?;
    let silences = waits::silences(&tasks, at, &ends);
    let longest = silences.iter().max_by_key(|(_, silence)| **silence);
    let (task, gap) = longest.with_context(|| format!("{victim} had no task"))?;

    let start = Instant::now();
    nodes.start(victim)?;
    let shared = nodes.await_shared(standbys)?;
    Ok(Killed {
        tasks: tasks.len(),
        task: *task,
        gap: *gap,
        shortest: silences.values().min().copied().unwrap_or_default(),
        slowest: waits::slowest(&ends),
        back: shared - start,
    })
}

/// Restarts `node` in order when all is well, and waits until all is well again.
pub(super) fn restart(
    nodes: &mut Nodes<'_>,
    load: &Load,
    node: Component,
    standbys: usize,
) -> anyhow::Result<Restarted> {
    nodes.await_shared(standbys)?;
    load.take();
    let usual = waits::usual(&watch(load, &[], Instant::now(), USUAL)?);

    let begin = Instant::now();
    nodes.stop(node)?;
    let ending = begin.elapsed();
    nodes.start(node)?;
    let shared = nodes.await_shared(standbys)?;
    // What was placed during the last move has to end, too.
    let all: Vec<i32> = (0..PARTITIONS).collect();
    let ends = watch(load, &all, shared, Duration::ZERO)?;
    Ok(Restarted {
        usual,
        slowest: waits::slowest(&ends),
        ending,
        whole: shared - begin,
    })
}

/// The orders that have ended since the last look and end from now on: for `length` at the least after `moment`, and until
/// each of `tasks` has ended one that was placed after `moment`.
fn watch(load: &Load, tasks: &[i32], moment: Instant, length: Duration) -> anyhow::Result<Vec<Ended>> {
    let mut ends = Vec::new();
    while moment.elapsed() < length || !waits::all_go_on(tasks, moment, &ends) {
        ends.extend(load.next(LOOK)?);
    }
    ends.extend(load.take());
    Ok(ends)
}

impl fmt::Display for Killed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its {} tasks stood still for {} to {} s (task {}), the slowest order took {} s; it had its share again {} s \
             after its start",
            self.tasks,
            seconds(self.shortest),
            seconds(self.gap),
            self.task,
            seconds(self.slowest),
            seconds(self.back)
        )
    }
}

impl fmt::Display for Restarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the slowest order took {} s where {} s are usual; the node ended after {} s and had its share again after {} s",
            seconds(self.slowest),
            seconds(self.usual),
            seconds(self.ending),
            seconds(self.whole)
        )
    }
}

fn seconds(time: Duration) -> String {
    short(time.as_secs_f64())
}
