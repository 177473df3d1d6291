//! Looks for a world with which something is wrong: `find START COUNT`. The first one is told in a line, with all that is
//! wrong with it, and ends it with 1.

use std::process::ExitCode;

use palinode_simulation::{
    Judgement,
    checks::Violation,
    plan::WorldPlan,
    scenarios::{self, Played},
};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(start)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
        eprintln!("usage: find START COUNT");
        return ExitCode::from(2);
    };
    for scenario in scenarios::all() {
        let played = Played::of(scenario);
        if !played.is_well() {
            let by = match played.wrong.is_empty() {
                true => "what it is about is not met".to_owned(),
                false => by(played.wrong.iter().map(|(_, violation)| violation)),
            };
            println!("{by} | '{}'", scenario.name);
            return ExitCode::FAILURE;
        }
    }
    for seed in start..start + count {
        let violations = Judgement::of(&WorldPlan::draw(seed)).violations;
        if !violations.is_empty() {
            println!("{} | seed {seed}", by(&violations));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The checks that found something; of the auditor, its laws.
fn by<'v>(violations: impl IntoIterator<Item = &'v Violation>) -> String {
    let mut names: Vec<String> = Vec::new();
    for violation in violations {
        let name = match violation.what.split_once(": ") {
            Some((law, _)) if violation.check == "audit" => format!("audit: {law}"),
            _ => violation.check.to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
