//! Nodes of two releases side by side.

use super::{
    End, Scenario,
    parts::{one_after_the_other, quiet, status_of},
};
use crate::{
    history::Entry,
    plan::{Definitions, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 1] = [Scenario {
    name: "mixed versions during an upgrade",
    meaning: "A node that cannot read the newest version gets a task whose sagas follow it: it declines, and another or its \
              own upgrade goes on; sagas that follow the version before end by it.",
    end: End::AtRest,
    plan: upgrade,
    is_met: |remains| {
        let of = |entry: &Entry, wanted: usize, word: &str| {
            status_of(entry).is_some_and(|(node, status)| node == wanted && status.starts_with(word))
        };
        let signs: [&dyn Fn(&Entry) -> bool; 4] = [
            &|entry| of(entry, 0, "running"),
            &|entry| of(entry, 1, "running"),
            &|entry| of(entry, 0, "parked"),
            &|entry| of(entry, 0, "running"),
        ];
        one_after_the_other(remains, &signs)
    },
}];

fn upgrade(seed: u64) -> WorldPlan {
    let restart = |node| Fault::Restart {
        node,
        down_ms: 800,
        upgrade: true,
    };
    let mut plan = quiet(seed, Definitions::TwoVersions, 30).with([
        (6_000, restart(1)),
        (9_000, Fault::Withdraw { node: 0, task: 0 }),
        (9_500, Fault::Propose { node: 1, task: 0 }),
        (20_000, Fault::Withdraw { node: 1, task: 0 }),
        (20_500, Fault::Propose { node: 0, task: 0 }),
        (36_000, restart(0)),
        (42_000, Fault::Propose { node: 0, task: 0 }),
    ]);
    plan.nodes.iter_mut().for_each(|node| node.is_old = true);
    plan
}
