//! Looks for a world with which something is wrong: `find START COUNT`. The first one is told in a line, and ends it with 1.

use std::process::ExitCode;

use palinode_simulation::{
    Judgement,
    plan::WorldPlan,
    scenarios::{self, End},
};

/// Worlds of each scenario.
const SCENARIO_SEEDS: u64 = 12;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(start)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
        eprintln!("usage: find START COUNT");
        return ExitCode::from(2);
    };
    for scenario in scenarios::all() {
        let mut met = false;
        for seed in 0..SCENARIO_SEEDS {
            let judgement = Judgement::of(&(scenario.plan)(seed));
            met |= judgement.remains.as_ref().is_some_and(scenario.is_met);
            if scenario.end == End::AtRest
                && let Some(violation) = judgement.violations.first()
            {
                println!("{} | '{}'", violation.check, scenario.name);
                return ExitCode::FAILURE;
            }
        }
        if !met {
            println!("what it is about is not met | '{}'", scenario.name);
            return ExitCode::FAILURE;
        }
    }
    for seed in start..start + count {
        if let Some(violation) = Judgement::of(&WorldPlan::draw(seed)).violations.first() {
            println!("{} | seed {seed}", violation.check);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
