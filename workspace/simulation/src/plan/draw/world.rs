//! The world as a whole.

use super::{faults, services, wishes};
use crate::{
    Random,
    plan::{Definitions, NodePlan, WorldPlan},
};

/// How wild a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    /// Good services, few orders, and one fault: what goes wrong then is easily understood.
    Calm,
    /// Some of everything.
    Usual,
    /// Much of everything at once.
    Wild,
}

/// How long a world lasts before it is healed.
const HEAL_AT_MS: (i64, i64) = (30_000, 90_000);
/// Small differences of clocks, as machines have them that are set by the network.
const CLOCK_MS: i64 = 400;
/// Clocks that nobody sets.
const CLOCK_WRONG_MS: i64 = 300_000;

impl WorldPlan {
    /// The plan of the world of this seed.
    #[must_use]
    pub fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed, "plan");
        let temper = *random.pick(&[Temper::Calm, Temper::Usual, Temper::Usual, Temper::Wild]);
        let definitions = *random.pick(&Definitions::ALL);
        let tasks = *random.pick(&[1, 1, 1, 2, 2, 3]);
        let heal_at_ms = random.between(HEAL_AT_MS.0, HEAL_AT_MS.1);
        let nodes = nodes(&mut random, temper, definitions);
        let marker_delay_ms = match random.below(6) {
            0 => None,
            1 => Some(random.between(200, 1_500)),
            _ => Some(random.between(1, 40)),
        };
        let shape = faults::Shape {
            nodes: nodes.len(),
            tasks: usize::try_from(tasks).unwrap_or(1),
            definitions,
            heal_at_ms,
        };
        Self {
            seed,
            tasks,
            definitions,
            marker_delay_ms,
            services: services::draw(seed, temper),
            wishes: wishes::draw(seed, temper, definitions, heal_at_ms),
            faults: faults::draw(seed, temper, &shape),
            nodes,
            heal_at_ms,
        }
    }
}

fn nodes(random: &mut Random, temper: Temper, definitions: Definitions) -> Vec<NodePlan> {
    let count = match temper {
        Temper::Calm => random.between(1, 2),
        _ => *random.pick(&[1, 2, 2, 2, 3]),
    };
    let node = |_| NodePlan {
        clock_ahead_ms: match temper != Temper::Calm && random.chance(1, 12) {
            true => random.between(-CLOCK_WRONG_MS, CLOCK_WRONG_MS),
            false => random.between(-CLOCK_MS, CLOCK_MS),
        },
        is_old: definitions == Definitions::TwoVersions && random.chance(2, 3),
    };
    (0..count).map(node).collect()
}
