//! Topics that are taken away from under a task.

use super::{
    End, Scenario,
    parts::{quiet, was},
};
use crate::{
    Remains,
    plan::{Definitions, Disk, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 2] = [
    Scenario {
        name: "an input topic is created anew",
        meaning: "An input was deleted and created again while nobody looked, and is shorter than it was: the task does not \
                  begin anew by itself, and says what is missing.",
        end: End::Stuck,
        plan: |seed| taken_away(seed, Fault::Recreate { topic: INPUT }),
        is_met: is_noticed,
    },
    Scenario {
        name: "an input topic is truncated",
        meaning: "Records of an input are deleted before they were read: the task does not pass over them, and says what is \
                  missing.",
        end: End::Stuck,
        plan: |seed| taken_away(seed, Fault::Truncate { topic: INPUT }),
        is_met: is_noticed,
    },
];

fn is_noticed(remains: &Remains) -> bool {
    was(remains, "is not there") && remains.unrest.is_some()
}

/// `orders.events`, among the inputs in the order of their names.
const INPUT: usize = 0;

/// All nodes are down, orders come in, and then something happens to their topic.
fn taken_away(seed: u64, fault: Fault) -> WorldPlan {
    let kill = |node| Fault::Kill {
        node,
        down_ms: 12_000,
        disk: Disk::Kept,
    };
    quiet(seed, Definitions::Order, 16).with([(14_000, kill(0)), (14_000, kill(1)), (18_000, fault)])
}
