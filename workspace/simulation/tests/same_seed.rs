//! One seed decides everything.

use palinode_simulation::{plan::WorldPlan, world};

/// Worlds that are run twice.
const SEEDS: u64 = 40;

#[test]
fn the_same_seed_twice_gives_the_same_history_byte_for_byte() {
    for seed in 0..SEEDS {
        let trace = || {
            let remains = world::run(WorldPlan::draw(seed));
            let text: Vec<String> = remains.history.entries().iter().map(ToString::to_string).collect();
            (remains.history.digest(), text)
        };
        let (first, second) = (trace(), trace());
        assert_eq!(first.0, second.0, "seed {seed}");
        assert_eq!(first.1, second.1, "seed {seed}");
    }
}

#[test]
fn another_seed_gives_another_history() {
    let digest = |seed| world::run(WorldPlan::draw(seed)).history.digest();
    assert_ne!(digest(1), digest(2));
}
