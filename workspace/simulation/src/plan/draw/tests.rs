//! The spread of plans.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Definitions, Fault, WorldPlan};

const SEEDS: u64 = 3_000;

#[test]
fn the_same_seed_gives_the_same_plan() {
    for seed in 0..50 {
        assert_eq!(WorldPlan::draw(seed), WorldPlan::draw(seed));
    }
    assert_ne!(WorldPlan::draw(1), WorldPlan::draw(2));
}

#[test]
fn every_kind_of_fault_is_drawn_often() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..SEEDS {
        for fault in WorldPlan::draw(seed).faults {
            *kinds.entry(fault.what.kind()).or_default() += 1;
        }
    }
    for kind in Fault::DRAWN {
        let drawn = kinds.remove(kind).unwrap_or(0);
        assert!(drawn >= 30, "'{kind}' was drawn {drawn} times");
    }
    assert!(kinds.is_empty(), "{kinds:?}");
}

#[test]
fn worlds_are_calm_and_wild_and_of_all_kinds() {
    let plans: Vec<WorldPlan> = (0..SEEDS).map(WorldPlan::draw).collect();
    let share = |is: &dyn Fn(&WorldPlan) -> bool| plans.iter().filter(|plan| is(plan)).count() * 100 / plans.len();
    assert!((15..40).contains(&share(&|plan| plan.faults.len() <= 2)));
    assert!((10..35).contains(&share(&|plan| plan.faults.len() >= 10)));
    assert!((15..60).contains(&share(&|plan| plan.nodes.len() == 1)));
    assert!((30..70).contains(&share(&|plan| plan.tasks > 1)));
    assert!((1..9).contains(&share(&|plan| plan.services.read_uncommitted)));
    let definitions: BTreeSet<Definitions> = plans.iter().map(|plan| plan.definitions).collect();
    assert_eq!(definitions.len(), Definitions::ALL.len());
}

#[test]
fn everything_stands_in_the_order_of_time_and_before_the_world_is_healed() {
    for seed in 0..SEEDS {
        let plan = WorldPlan::draw(seed);
        assert!(plan.wishes.is_sorted_by_key(|wish| wish.at_ms), "{plan:?}");
        assert!(plan.faults.is_sorted_by_key(|fault| fault.at_ms), "{plan:?}");
        assert!(plan.wishes.iter().all(|wish| wish.at_ms >= 0), "{plan:?}");
        assert!(
            plan.faults.iter().all(|fault| fault.at_ms < plan.heal_at_ms),
            "{plan:?}"
        );
    }
}
