//! Time that nobody agrees on, or that passed while nobody was there.

use super::{
    End, Scenario,
    parts::{is_fenced_by, one_after_the_other, quiet, status_of},
};
use crate::{
    history::Entry,
    plan::{Definitions, Disk, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 3] = [
    Scenario {
        name: "all nodes are down for longer than a step's time-out",
        meaning: "Replies wait while nobody is there, and the timers of their steps have long been due: the replies are read \
                  first, so that our own outage times nothing out.",
        end: End::AtRest,
        plan: |seed| all_down(seed, None),
        is_met: |remains| runs_after(remains, 30_000),
    },
    Scenario {
        name: "everything is down for longer than a step's time-out",
        meaning: "As before, and the broker and the services are down as well.",
        end: End::AtRest,
        plan: |seed| all_down(seed, Some(Fault::Broker { down_ms: 24_000 })),
        is_met: |remains| runs_after(remains, 30_000),
    },
    Scenario {
        name: "clocks minutes apart",
        meaning: "Two nodes take a task from each other, and their clocks differ by minutes: the task's own time never goes \
                  back, and no timer fires twice.",
        end: End::AtRest,
        plan: minutes_apart,
        is_met: |remains| {
            let (zero, one) = (|entry: &_| is_fenced_by(entry, 0), |entry: &_| is_fenced_by(entry, 1));
            one_after_the_other(remains, &[&zero, &one, &zero, &one])
        },
    },
];

fn all_down(seed: u64, more: Option<Fault>) -> WorldPlan {
    let kill = |node| Fault::Kill {
        node,
        down_ms: 26_000,
        disk: Disk::Kept,
    };
    let service = |service| Fault::Service {
        service,
        down_ms: 24_000,
    };
    let mut plan = quiet(seed, Definitions::Items, 7).with([(5_000, kill(0)), (5_000, kill(1))]);
    if let Some(more) = more {
        plan = plan.with([
            (5_010, service(0)),
            (5_010, service(1)),
            (5_010, service(2)),
            (5_020, more),
        ]);
    }
    plan
}

/// Whether a task ran so long after the world's first entry.
fn runs_after(remains: &crate::Remains, ms: i64) -> bool {
    let begin = remains.history.entries().first().map_or(0, |entry| entry.at.0);
    let running = |entry: &Entry| {
        let is_running = status_of(entry).is_some_and(|(_, status)| status.starts_with("running"));
        is_running && entry.at.0 - begin >= ms
    };
    one_after_the_other(remains, &[&running])
}

fn minutes_apart(seed: u64) -> WorldPlan {
    let rounds = (0..5).flat_map(|round| {
        let at_ms = 4_000 + round * 9_000;
        [
            (at_ms, Fault::Withdraw { node: 0, task: 0 }),
            (at_ms + 600, Fault::Propose { node: 1, task: 0 }),
            (at_ms + 4_500, Fault::Withdraw { node: 1, task: 0 }),
            (at_ms + 5_100, Fault::Propose { node: 0, task: 0 }),
        ]
    });
    let mut plan = quiet(seed, Definitions::Wait, 24).with(rounds);
    plan.nodes[0].clock_ahead_ms = -170_000;
    plan.nodes[1].clock_ahead_ms = 190_000;
    plan
}
