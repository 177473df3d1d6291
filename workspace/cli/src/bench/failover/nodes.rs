//! The two nodes: who runs which task, and whether a round may begin.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use palinode_sandbox::{
    http,
    shop::{Component, Shop},
};
use serde_json::Value;

use super::super::ground::PARTITIONS;

/// Nodes that share the tasks.
pub(super) const NODES: u8 = 2;
/// A standby that is no further behind has what was written a second ago: the load writes some hundred journal records a
/// second for each task.
const LAG_MAX: u64 = 100;
/// The nodes share the tasks when it looks so for this long: a move that is about to come has come by then.
const HOLDS: Duration = Duration::from_secs(1);
/// A node that was killed has its share again after some seconds, or, when the group had given it up, after its session and
/// a rest of ten seconds. Whatever takes longer than several of these comes no more.
const SHARED_AT_MOST: Duration = Duration::from_secs(120);
/// How often the nodes are asked.
const LOOK: Duration = Duration::from_millis(50);

/// The two nodes.
pub(super) struct Nodes<'a> {
    shop: &'a mut Shop,
}

/// What one node says of its tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tasks {
    running: Vec<i32>,
    /// Those that it follows and has caught up with.
    followed: usize,
    /// What it does for others, in words.
    others: Vec<String>,
}

impl<'a> Nodes<'a> {
    /// The nodes of this shop.
    pub(super) fn new(shop: &'a mut Shop) -> Self {
        Self { shop }
    }

    /// The node whose turn it is in this round.
    pub(super) fn victim(round: u32) -> Component {
        Component::Orchestrator((round % u32::from(NODES)) as u8)
    }

    /// The tasks that this node runs.
    pub(super) fn running(&self, node: Component) -> anyhow::Result<Vec<i32>> {
        let tasks = self.tasks(node);
        let tasks = tasks.with_context(|| format!("{node} does not tell its tasks; see {}", self.log(node)))?;
        Ok(tasks.running)
    }

    /// Kills a node without any warning, at the moment that is given back.
    pub(super) fn kill(&mut self, node: Component) -> anyhow::Result<Instant> {
        let at = Instant::now();
        self.shop.kill9(node)?;
        Ok(at)
    }

    /// Ends a node in order, and waits for its end.
    pub(super) fn stop(&mut self, node: Component) -> anyhow::Result<()> {
        Ok(self.shop.stop(node)?)
    }

    /// Starts a node that has ended.
    pub(super) fn start(&mut self, node: Component) -> anyhow::Result<()> {
        Ok(self.shop.restart(node)?)
    }

    /// Waits until all tasks run, as many at one node as at the other, and each has `standbys` that have caught up. Gives
    /// the moment since when it is so.
    pub(super) fn await_shared(&self, standbys: usize) -> anyhow::Result<Instant> {
        let begin = Instant::now();
        let mut since = None;
        loop {
            let looks: Vec<Option<Tasks>> = (0..NODES)
                .map(|node| self.tasks(Component::Orchestrator(node)))
                .collect();
            if is_shared(&looks, standbys) {
                let since = *since.get_or_insert_with(Instant::now);
                if since.elapsed() >= HOLDS {
                    return Ok(since);
                }
            } else {
                since = None;
            }
            ensure!(
                begin.elapsed() < SHARED_AT_MOST,
                "the nodes do not share the tasks after {} s: {looks:?}; see {} and {}",
                SHARED_AT_MOST.as_secs(),
                self.log(Component::Orchestrator(0)),
                self.log(Component::Orchestrator(1))
            );
            thread::sleep(LOOK);
        }
    }

    /// What a node says of its tasks, if it says anything.
    fn tasks(&self, node: Component) -> Option<Tasks> {
        parse(&http::get(&format!("{}/tasks", self.shop.url(node))).ok()?)
    }

    fn log(&self, node: Component) -> String {
        self.shop.log(node).display().to_string()
    }
}

/// Whether all tasks run, each node has its share, and enough standbys have caught up.
fn is_shared(nodes: &[Option<Tasks>], standbys: usize) -> bool {
    let tasks: Vec<&Tasks> = nodes.iter().flatten().collect();
    let mut running: Vec<i32> = tasks.iter().flat_map(|it| it.running.clone()).collect();
    running.sort_unstable();
    let shares = || tasks.iter().map(|it| it.running.len());
    let all: Vec<i32> = (0..PARTITIONS).collect();
    tasks.len() == nodes.len()
        && running == all
        && shares().max() <= shares().min().map(|least| least + 1)
        && tasks.iter().map(|it| it.followed).sum::<usize>() == all.len() * standbys
        && tasks.iter().all(|it| it.others.is_empty())
}

/// The answer of `/tasks`.
fn parse(text: &str) -> Option<Tasks> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let mut tasks = Tasks::default();
    for task in answer.as_array()? {
        let number = i32::try_from(task["task"].as_i64()?).ok()?;
        let lag = task["lag"].as_u64();
        match task["state"].as_str()? {
            "running" => tasks.running.push(number),
            "standby" if lag.is_some_and(|lag| lag <= LAG_MAX) => tasks.followed += 1,
            "idle" => {}
            other => tasks.others.push(format!("{number} {other}")),
        }
    }
    Some(tasks)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(running: std::ops::Range<i32>, others: &Value) -> Option<Tasks> {
        let tasks = (0..PARTITIONS).map(|task| {
            let mut told = if running.contains(&task) {
                json!({ "state": "running" })
            } else {
                others.clone()
            };
            told["task"] = json!(task);
            told
        });
        parse(&Value::from_iter(tasks).to_string())
    }

    #[test]
    fn tasks_are_shared_when_each_runs_once_and_its_standby_has_caught_up() {
        let follows = json!({ "state": "standby", "journal": 900, "lag": 3 });
        let behind = json!({ "state": "standby", "journal": 900, "lag": 3_000 });
        let opening = json!({ "state": "standby", "journal": null, "lag": null });
        let shared = |second: Option<Tasks>| is_shared(&[node(0..6, &follows), second], 1);

        assert!(shared(node(6..12, &follows)));
        assert!(!shared(node(7..12, &follows)), "one runs nowhere");
        assert!(!shared(node(5..12, &follows)), "one runs twice");
        assert!(!shared(node(6..12, &behind)), "a standby is behind");
        assert!(!shared(node(6..12, &opening)), "a standby is not ready");
        assert!(!shared(None), "a node says nothing");
        assert!(
            !is_shared(&[node(0..4, &follows), node(4..12, &follows)], 1),
            "unequal shares"
        );
    }

    #[test]
    fn without_standbys_the_other_node_is_idle() {
        let (idle, taking) = (json!({ "state": "idle" }), json!({ "state": "taking over" }));

        assert!(is_shared(&[node(0..6, &idle), node(6..12, &idle)], 0));
        assert!(!is_shared(&[node(0..6, &idle), node(6..12, &taking)], 0));
    }
}
