//! Commits of which nobody knows how they ended.

use palinode_log::Outcome;

use super::{
    End, Scenario,
    parts::{is_fault, one_after_the_other, quiet},
};
use crate::{
    history::{Entry, Happened},
    plan::{Definitions, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 4] = [
    Scenario {
        name: "renewal after an unknown commit",
        meaning: "The answer to an EndTxn does not come, whoever is asked: the task is taken over again, and the journal \
                  says what became of the transaction.",
        end: End::AtRest,
        plan: unknown_commit,
        is_met: is_renewed,
    },
    Scenario {
        name: "a delayed EndTxn",
        meaning: "An EndTxn reaches the broker when its client has long given it up and works with a new instance: it must \
                  not end a later transaction.",
        end: End::AtRest,
        plan: delayed_end,
        is_met: is_renewed,
    },
    Scenario {
        name: "the broker dies between EndTxn and its markers",
        meaning: "A commit is decided and its markers are not written when the broker dies: the next broker writes them.",
        end: End::AtRest,
        plan: broker_before_markers,
        is_met: |remains| {
            let (broker, ended) = (|entry: &_| is_fault(entry, "kill the broker"), is_committed);
            one_after_the_other(remains, &[&ended, &broker, &ended, &broker, &ended])
        },
    },
    Scenario {
        name: "a node dies right after its commit",
        meaning: "The transaction stands, and the store knows nothing of it: the gap is replayed from the journal.",
        end: End::AtRest,
        plan: dies_after_commit,
        is_met: |remains| {
            let died = |entry: &Entry| matches!(&entry.what, Happened::NodeEnded { why, .. } if why.contains("killed"));
            one_after_the_other(remains, &[&died, &is_committed, &died, &is_committed])
        },
    },
];

fn is_unknown(entry: &Entry) -> bool {
    matches!(
        &entry.what,
        Happened::Ended {
            told: Outcome::Indefinite { .. },
            ..
        }
    )
}

fn is_committed(entry: &Entry) -> bool {
    matches!(
        &entry.what,
        Happened::Ended {
            told: Outcome::Committed { .. },
            ..
        }
    )
}

fn is_renewed(remains: &crate::Remains) -> bool {
    let fenced = |entry: &Entry| matches!(&entry.what, Happened::Fenced { error: None, .. });
    one_after_the_other(remains, &[&is_unknown, &fenced, &is_committed])
}

fn unknown_commit(seed: u64) -> WorldPlan {
    let slow = Fault::Slow {
        up_to_ms: 60,
        ms: 60_000,
    };
    // In the midst of the work: some answer is under way.
    let cut_off = |at_ms: i64| (0..2).map(move |node| (at_ms, Fault::Partition { node, ms: 11_500 }));
    let mut plan = quiet(seed, Definitions::Order, 40).with([(0, slow)]);
    plan.services.delay_up_to_ms = 1_500;
    plan.with([2_003, 18_011, 34_007].into_iter().flat_map(cut_off))
}

fn delayed_end(seed: u64) -> WorldPlan {
    let delay = |(at_ms, ms)| (at_ms, Fault::DelayEndTxn { node: 0, ms });
    let delays = [(1_000, 10_100), (14_000, 10_900), (28_000, 12_500), (42_000, 15_000)];
    let mut plan = quiet(seed, Definitions::Items, 30).with(delays.map(delay));
    plan.nodes.truncate(1);
    plan
}

fn broker_before_markers(seed: u64) -> WorldPlan {
    let deaths = (0..6).map(|round| {
        let down_ms = 200 + round * 150;
        (1_500 + round * 4_100, Fault::Broker { down_ms })
    });
    let mut plan = quiet(seed, Definitions::Wait, 14).with(deaths);
    plan.marker_delay_ms = Some(900);
    plan
}

fn dies_after_commit(seed: u64) -> WorldPlan {
    let deaths = (0..6).map(|round: i64| {
        let death = Fault::KillAfterCommits {
            node: usize::try_from(round % 2).unwrap_or(0),
            commits: 1 + u32::try_from(round % 3).unwrap_or(0),
            down_ms: 700,
        };
        (2_000 + round * 5_000, death)
    });
    quiet(seed, Definitions::Lock, 16).with(deaths)
}
