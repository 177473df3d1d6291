//! Disks that fail.

use super::{
    End, Scenario,
    parts::{is_fault, one_after_the_other, quiet, was},
};
use crate::{
    Remains,
    history::{Entry, Happened},
    plan::{Definitions, Disk, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 5] = [
    Scenario {
        name: "a write fails after its commit",
        meaning: "The transaction stands and the store cannot take it: nothing further is written before the gap is replayed \
                  from the journal.",
        end: End::AtRest,
        plan: write_fails,
        is_met: |remains| {
            let failed = |entry: &_| is_fault(entry, "store's write");
            let again = |entry: &Entry| matches!(&entry.what, Happened::Status { status, .. } if status == "running");
            one_after_the_other(remains, &[&again, &failed, &again])
        },
    },
    Scenario {
        name: "a torn checkpoint",
        meaning: "The checkpoint of a batch was written and its sagas were not: it is noticed, set aside, and rebuilt.",
        end: End::AtRest,
        plan: |seed| disks(seed, Disk::Torn),
        is_met: is_set_aside,
    },
    Scenario {
        name: "another application's disk",
        meaning: "A node finds a store that is not its own: it never works with what stands there.",
        end: End::AtRest,
        plan: |seed| disks(seed, Disk::Foreign),
        is_met: |remains| {
            let foreign = |entry: &_| is_fault(entry, "another application's");
            let began = |entry: &Entry| matches!(&entry.what, Happened::NodeBegan { .. });
            one_after_the_other(remains, &[&foreign, &began])
        },
    },
    Scenario {
        name: "a disk that is ahead of its journal",
        meaning: "A store reflects more than its journal holds, as when the cluster was restored from a copy: it is refused, \
                  set aside, and rebuilt from the journal.",
        end: End::AtRest,
        plan: |seed| disks(seed, Disk::Ahead),
        is_met: |remains| {
            let refused = |what: &str| what.contains("set aside") && what.contains("but the journal ends before");
            remains
                .history
                .entries()
                .iter()
                .any(|entry| is_of_store(entry, &refused))
        },
    },
    Scenario {
        name: "a disk that reflects another journal",
        meaning: "At the place where a store stopped, its journal holds another event: the task does not go on with sagas \
                  that are not those of its journal, and says so, until a person removes the store.",
        end: End::AtRest,
        plan: |seed| disks(seed, Disk::OtherJournal),
        is_met: |remains| was(remains, "is not the one that this node's store reflects"),
    },
];

fn is_of_store(entry: &Entry, says: &dyn Fn(&str) -> bool) -> bool {
    matches!(&entry.what, Happened::Store { what, .. } if says(what))
}

fn write_fails(seed: u64) -> WorldPlan {
    let fail = |node, at_ms| (at_ms, Fault::StoreWriteFails { node, task: 0 });
    let mut plan = quiet(seed, Definitions::Decision, 14).with([
        fail(0, 1_000),
        fail(0, 6_000),
        fail(1, 6_000),
        fail(0, 13_000),
        fail(1, 13_000),
    ]);
    plan.tasks = 1;
    plan
}

fn disks(seed: u64, disk: Disk) -> WorldPlan {
    let kill = |(at_ms, node)| {
        let kill = Fault::Kill {
            node,
            down_ms: 600,
            disk,
        };
        (at_ms, kill)
    };
    quiet(seed, Definitions::SubSaga, 14).with([(4_000, 0), (4_100, 1), (12_000, 0), (19_000, 1)].map(kill))
}

fn is_set_aside(remains: &Remains) -> bool {
    let torn = |entry: &_| is_fault(entry, "torn");
    let noticed = |entry: &Entry| matches!(&entry.what, Happened::Store { what, .. } if !what.starts_with("opened"));
    let running = |entry: &Entry| matches!(&entry.what, Happened::Status { status, .. } if status == "running");
    one_after_the_other(remains, &[&torn, &noticed, &running])
}
